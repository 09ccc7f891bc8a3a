// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Position, Totals} from "../pool/Position.sol";
import {Payout, PositionPool} from "../pool/PositionPool.sol";
import {VaultPool} from "../pool/VaultPool.sol";
import {FeeTreasury} from "../treasury/FeeTreasury.sol";
import {IFeeTreasury} from "../treasury/IFeeTreasury.sol";
import {IKhipuVault} from "../vault/IKhipuVault.sol";
import {SharePrice} from "../vault/SharePrice.sol";
import {ISavingsPool} from "./ISavingsPool.sol";
import {Referrals} from "./Referrals.sol";

/// @title SavingsPool
/// @notice See {ISavingsPool}.
contract SavingsPool is ISavingsPool, PositionPool, AccessManaged {
    using Math for uint256;

    uint256 private constant BPS = 10_000;

    /// @inheritdoc ISavingsPool
    uint256 public immutable minimumDeposit;

    /// @inheritdoc ISavingsPool
    uint256 public immutable referralShareBps;

    /// @inheritdoc ISavingsPool
    IFeeTreasury public immutable treasury;

    /// @dev For how long shares must stay to count for a referrer: profit is locked for no less.
    uint256 private immutable _stay;

    struct Limits {
        uint128 perSaver;
        uint128 total;
    }

    /// @inheritdoc ISavingsPool
    Limits public limits;

    Totals private _totals;
    mapping(address saver => Position position) private _positions;
    Referrals private _referrals;

    /// @inheritdoc ISavingsPool
    mapping(address saver => address referrer) public referrerOf;

    /// @inheritdoc ISavingsPool
    mapping(address referrer => uint256 shares) public referralEarned;

    /// @inheritdoc ISavingsPool
    uint256 public totalReferralEarned;

    /// @param vault_ Where the savings go.
    /// @param authority_ The {AccessManager} that knows the roles.
    /// @param minimumDeposit_ The smallest deposit.
    /// @param perSaver The most principal that a deposit may take a saver to.
    /// @param total The most principal that a deposit may take the pool to.
    /// @param referralShareBps_ The part of the fee on a referred saver's shares that the referrer earns.
    constructor(
        IKhipuVault vault_,
        address authority_,
        uint256 minimumDeposit_,
        uint128 perSaver,
        uint128 total,
        uint256 referralShareBps_
    ) VaultPool(vault_) AccessManaged(authority_) {
        if (referralShareBps_ > BPS) revert ReferralShareOutOfRange(referralShareBps_);
        minimumDeposit = minimumDeposit_;
        referralShareBps = referralShareBps_;
        treasury = new FeeTreasury(vault_, authority_);
        _stay = vault_.unlockPeriod();
        _setLimits(perSaver, total);
    }

    // --------------------------------------------------------------------------------------------- savers' actions

    /// @inheritdoc ISavingsPool
    function deposit(
        uint256 assets,
        address saver,
        uint256 minShares
    ) external nonReentrant returns (uint256 shares) {
        return _deposit(assets, saver, minShares);
    }

    /// @inheritdoc ISavingsPool
    function depositWithPermit(
        uint256 assets,
        address saver,
        uint256 minShares,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant returns (uint256 shares) {
        usePermit(assets, deadline, v, r, s);
        return _deposit(assets, saver, minShares);
    }

    /// @inheritdoc ISavingsPool
    function withdraw(
        uint256 assets,
        address receiver,
        uint256 maxShares
    ) external nonReentrant returns (uint256 shares) {
        (Position memory position, Totals memory sums) = _booksOf(msg.sender);
        shares = _payPrincipal(position, sums, assets, receiver, maxShares);
        _book(msg.sender, position, sums);
        emit WithdrawalMade(
            msg.sender,
            receiver,
            assets,
            shares,
            position.principal,
            position.shares,
            sums.principal,
            sums.shares
        );
        _countForReferrer(msg.sender, position, position.shares + shares);
    }

    /// @inheritdoc ISavingsPool
    function withdrawAll(address receiver, uint256 minAssets) external nonReentrant returns (uint256 assets) {
        (Position memory position, Totals memory sums) = _booksOf(msg.sender);
        _requireSaved(position);
        Payout memory payout = _payAll(position, sums, receiver, minAssets);
        _book(msg.sender, position, sums);
        emit WithdrawalMade(
            msg.sender,
            receiver,
            payout.principal,
            payout.principalShares,
            0,
            payout.yieldShares,
            sums.principal,
            sums.shares + payout.yieldShares
        );
        if (payout.yield > 0) {
            emit YieldClaimed(
                msg.sender,
                receiver,
                payout.yield,
                payout.yieldShares,
                0,
                0,
                sums.principal,
                sums.shares
            );
        }
        _countForReferrer(msg.sender, position, payout.principalShares + payout.yieldShares);
        return payout.principal + payout.yield;
    }

    /// @inheritdoc ISavingsPool
    function claimYield(address receiver) external nonReentrant returns (uint256 assets) {
        (Position memory position, Totals memory sums) = _booksOf(msg.sender);
        _requireSaved(position);
        uint256 shares;
        (assets, shares) = _payYield(position, sums, receiver);
        if (assets == 0) return 0;
        _book(msg.sender, position, sums);
        emit YieldClaimed(
            msg.sender,
            receiver,
            assets,
            shares,
            position.principal,
            position.shares,
            sums.principal,
            sums.shares
        );
        _countForReferrer(msg.sender, position, position.shares + shares);
    }

    /// @inheritdoc ISavingsPool
    function takeOutShares(address receiver) external nonReentrant returns (uint256 shares) {
        (Position memory position, Totals memory sums) = _booksOf(msg.sender);
        _requireSaved(position);
        uint256 principal;
        (shares, principal) = position.empty(sums);
        _book(msg.sender, position, sums);
        emit SharesTakenOut(msg.sender, receiver, shares, principal, sums.principal, sums.shares);
        _countForReferrer(msg.sender, position, shares);
        _sendShares(shares, receiver);
    }

    /// @inheritdoc ISavingsPool
    function nameReferrer(address referrer) external nonReentrant {
        if (referrer == address(0) || referrer == msg.sender) revert BadReferrer(referrer);
        Position memory position = _positions[msg.sender];
        if (position.opened || position.referred) revert TooLateForReferrer(msg.sender);
        position.referred = true;
        _positions[msg.sender] = position;
        referrerOf[msg.sender] = referrer;
        emit ReferrerNamed(msg.sender, referrer);
        // Others may have paid in for them before: from now on that counts.
        if (position.shares > 0) _countForReferrer(msg.sender, position, 0);
    }

    // ------------------------------------------------------------------------------------------- anybody's actions

    /// @inheritdoc ISavingsPool
    function compound(address[] calldata savers) external nonReentrant {
        SharePrice memory price = vault.sharePrice();
        Totals memory sums = _totals;
        for (uint256 i = 0; i < savers.length; ++i) {
            Position memory position = _positions[savers[i]];
            _countForReferrer(savers[i], position, position.shares);
            uint256 yield = position.compound(sums, price);
            if (yield == 0) continue;
            _positions[savers[i]] = position;
            emit AutoCompoundExecuted(
                savers[i],
                msg.sender,
                yield,
                position.principal,
                position.shares,
                sums.principal,
                sums.shares
            );
        }
        _totals = sums;
    }

    // --------------------------------------------------------------------------------------------- roles' actions

    /// @inheritdoc ISavingsPool
    function raiseLimits(uint128 perSaver, uint128 total) external restricted {
        if (perSaver < limits.perSaver || total < limits.total) revert LimitsOutOfRange(perSaver, total);
        _setLimits(perSaver, total);
    }

    /// @inheritdoc ISavingsPool
    function lowerLimits(uint128 perSaver, uint128 total) external restricted {
        if (perSaver > limits.perSaver || total > limits.total) revert LimitsOutOfRange(perSaver, total);
        _setLimits(perSaver, total);
    }

    // ------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc ISavingsPool
    function positionOf(
        address saver
    )
        external
        view
        nonReentrantView
        returns (uint256 shares, uint256 principal, uint256 value, uint256 yield)
    {
        return _valueOf(_positions[saver]);
    }

    /// @inheritdoc ISavingsPool
    function totals() external view nonReentrantView returns (uint128 shares, uint128 principal) {
        return (_totals.shares, _totals.principal);
    }

    /// @inheritdoc ISavingsPool
    function maxDeposit(address saver) external view nonReentrantView returns (uint256 assets) {
        uint256 saverRoom = uint256(limits.perSaver).saturatingSub(_positions[saver].principal);
        uint256 totalRoom = uint256(limits.total).saturatingSub(_totals.principal);
        return vault.maxDeposit(address(this)).min(saverRoom).min(totalRoom);
    }

    /// @inheritdoc ISavingsPool
    function referralReserve() external view nonReentrantView returns (uint256 shares) {
        uint256 uncounted = _referrals.uncounted(vault.feePerShare(address(treasury)));
        return totalReferralEarned + uncounted.mulDiv(referralShareBps, BPS << 96, Math.Rounding.Ceil);
    }

    // ------------------------------------------------------------------------------------------------------- inside

    /// @dev The money goes first and the books follow: the vault says how many shares it bought.
    function _deposit(uint256 assets, address saver, uint256 minShares) private returns (uint256 shares) {
        if (saver == address(0)) revert ZeroAddress();
        if (assets < minimumDeposit) revert BelowMinimum(assets, minimumDeposit);
        (Position memory position, Totals memory sums) = _booksOf(saver);
        Limits memory most = limits;
        uint256 room = uint256(most.perSaver).saturatingSub(position.principal);
        if (room == 0) revert AboveSaverLimit(position.principal + assets, most.perSaver);
        assets = assets.min(room);
        shares = _buyShares(assets, minShares);
        position.add(sums, assets, shares);
        if (sums.principal > most.total) revert AboveTotalLimit(sums.principal, most.total);
        if (saver == msg.sender) position.opened = true;
        _book(saver, position, sums);
        emit DepositMade(
            msg.sender,
            saver,
            assets,
            shares,
            position.principal,
            position.shares,
            sums.principal,
            sums.shares
        );
        _countForReferrer(saver, position, position.shares - shares);
    }

    /// @dev Counts the referrer's part of the fee that the treasury got for the saver's shares, where somebody has
    /// brought them. In shares, as the fee: so the treasury, which holds nothing but fees, always has what is counted
    /// here.
    function _countForReferrer(address saver, Position memory position, uint256 sharesBefore) private {
        if (!position.referred) return;
        uint256 reward = _referrals
            .move(saver, sharesBefore, position.shares, vault.feePerShare(address(treasury)), _stay)
            .mulDiv(referralShareBps, BPS);
        if (reward == 0) return;
        address referrer = referrerOf[saver];
        uint256 earned = referralEarned[referrer] + reward;
        uint256 totalEarned = totalReferralEarned + reward;
        referralEarned[referrer] = earned;
        totalReferralEarned = totalEarned;
        emit ReferralRewardEarned(referrer, saver, reward, earned, totalEarned);
    }

    function _booksOf(address saver) private view returns (Position memory, Totals memory) {
        return (_positions[saver], _totals);
    }

    function _book(address saver, Position memory position, Totals memory sums) private {
        _positions[saver] = position;
        _totals = sums;
    }

    /// @dev After a loss there can be a mark without shares; leaving clears it.
    function _requireSaved(Position memory position) private view {
        if (position.shares == 0 && position.principal == 0) revert NothingSaved(msg.sender);
    }

    function _setLimits(uint128 perSaver, uint128 total) private {
        limits = Limits(perSaver, total);
        emit LimitsSet(perSaver, total);
    }
}
