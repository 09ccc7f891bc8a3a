// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Payout, Position, Totals} from "../pool/Position.sol";
import {VaultPool} from "../pool/VaultPool.sol";
import {IKhipuVault} from "../vault/IKhipuVault.sol";
import {SharePrice} from "../vault/SharePrice.sol";
import {ISavingsPool} from "./ISavingsPool.sol";

/// @title SavingsPool
/// @notice See {ISavingsPool}.
contract SavingsPool is ISavingsPool, VaultPool, AccessManaged {
    using Math for uint256;

    uint256 private constant BPS = 10_000;

    /// @inheritdoc ISavingsPool
    uint256 public immutable minimumDeposit;

    /// @inheritdoc ISavingsPool
    uint256 public immutable referralShareBps;

    struct Limits {
        uint128 perSaver;
        uint128 total;
    }

    /// @inheritdoc ISavingsPool
    Totals public totals;

    /// @inheritdoc ISavingsPool
    Limits public limits;

    mapping(address saver => Position position) private _positions;

    /// @inheritdoc ISavingsPool
    mapping(address saver => address referrer) public referrerOf;

    /// @inheritdoc ISavingsPool
    mapping(address referrer => uint256 assets) public referralEarned;

    /// @inheritdoc ISavingsPool
    uint256 public totalReferralEarned;

    /// @param vault_ Where the savings go.
    /// @param authority_ The {AccessManager} that knows the roles.
    /// @param minimumDeposit_ The smallest deposit.
    /// @param perSaver The most principal that a deposit may take a saver to.
    /// @param total The most principal that a deposit may take the pool to.
    /// @param referralShareBps_ The part of the fee on a referred saver's yield that the referrer earns.
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
        if (assets == 0) revert ZeroAmount();
        (Position memory position, Totals memory sums) = _booksOf(msg.sender);
        shares = position.withdraw(sums, vault.sharePrice(), assets);
        if (shares > maxShares) revert TooManyShares(shares, maxShares);
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
        // By shares: exactly what is booked is burned, whatever a strategy answers from one moment to the next.
        _sellShares(shares, receiver, assets);
    }

    /// @inheritdoc ISavingsPool
    function withdrawAll(address receiver, uint256 minAssets) external nonReentrant returns (uint256 assets) {
        (Position memory position, Totals memory sums) = _booksOf(msg.sender);
        _requireSaved(position);
        Payout memory payout = position.empty(sums, vault.sharePrice());
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
            _rewardReferrer(msg.sender, position, payout.yield);
        }
        assets = payout.principal + payout.yield;
        _sellShares(payout.principalShares + payout.yieldShares, receiver, minAssets);
    }

    /// @inheritdoc ISavingsPool
    function claimYield(address receiver) external nonReentrant returns (uint256 assets) {
        (Position memory position, Totals memory sums) = _booksOf(msg.sender);
        uint256 shares;
        (assets, shares) = position.claim(sums, vault.sharePrice());
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
        _rewardReferrer(msg.sender, position, assets);
        _sellShares(shares, receiver, assets);
    }

    /// @inheritdoc ISavingsPool
    function takeOutShares(address receiver) external nonReentrant returns (uint256 shares) {
        (Position memory position, Totals memory sums) = _booksOf(msg.sender);
        _requireSaved(position);
        uint256 principal;
        (shares, principal) = position.emptyAsShares(sums);
        _book(msg.sender, position, sums);
        emit SharesTakenOut(msg.sender, receiver, shares, principal, sums.principal, sums.shares);
        _sendShares(shares, receiver);
    }

    /// @inheritdoc ISavingsPool
    function nameReferrer(address referrer) external {
        if (referrer == address(0) || referrer == msg.sender) revert BadReferrer(referrer);
        Position storage position = _positions[msg.sender];
        if (position.opened || position.referred) revert TooLateForReferrer(msg.sender);
        position.referred = true;
        referrerOf[msg.sender] = referrer;
        emit ReferrerNamed(msg.sender, referrer);
    }

    // ------------------------------------------------------------------------------------------- anybody's actions

    /// @inheritdoc ISavingsPool
    function compound(address[] calldata savers) external nonReentrant {
        SharePrice memory price = vault.sharePrice();
        Totals memory sums = totals;
        for (uint256 i = 0; i < savers.length; ++i) {
            Position memory position = _positions[savers[i]];
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
            _rewardReferrer(savers[i], position, yield);
        }
        totals = sums;
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
    ) external view returns (uint256 shares, uint256 principal, uint256 value, uint256 yield) {
        Position memory position = _positions[saver];
        SharePrice memory price = vault.sharePrice();
        shares = position.shares;
        principal = position.principal;
        value = price.toAssetsDown(shares);
        (yield, ) = position.yieldOf(price);
    }

    /// @inheritdoc ISavingsPool
    function maxDeposit(address saver) external view returns (uint256 assets) {
        uint256 saverRoom = uint256(limits.perSaver).saturatingSub(_positions[saver].principal);
        uint256 totalRoom = uint256(limits.total).saturatingSub(totals.principal);
        return vault.maxDeposit(address(this)).min(saverRoom).min(totalRoom);
    }

    // ------------------------------------------------------------------------------------------------------- inside

    /// @dev The money goes first and the books follow: the vault says how many shares it bought.
    function _deposit(uint256 assets, address saver, uint256 minShares) private returns (uint256 shares) {
        if (saver == address(0)) revert ZeroAddress();
        if (assets < minimumDeposit) revert BelowMinimum(assets, minimumDeposit);
        shares = _buyShares(assets, minShares);
        (Position memory position, Totals memory sums) = _booksOf(saver);
        position.add(sums, assets, shares);
        Limits memory most = limits;
        if (position.principal > most.perSaver) revert AboveSaverLimit(position.principal, most.perSaver);
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
    }

    /// @dev Only counts; the treasury, which holds nothing but fees, pays. The saver's yield is what remained after the
    /// fee, so this is always less than the fee that was taken on it.
    function _rewardReferrer(address saver, Position memory position, uint256 yield) private {
        if (!position.referred) return;
        uint256 reward = yield.mulDiv(vault.feeBps() * referralShareBps, BPS * BPS);
        address referrer = referrerOf[saver];
        uint256 earned = referralEarned[referrer] + reward;
        uint256 totalEarned = totalReferralEarned + reward;
        referralEarned[referrer] = earned;
        totalReferralEarned = totalEarned;
        emit ReferralRewardEarned(referrer, saver, reward, earned, totalEarned);
    }

    function _booksOf(address saver) private view returns (Position memory, Totals memory) {
        return (_positions[saver], totals);
    }

    function _book(address saver, Position memory position, Totals memory sums) private {
        _positions[saver] = position;
        totals = sums;
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
