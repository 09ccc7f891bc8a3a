// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {PermitOrAllowance} from "../permit/PermitOrAllowance.sol";
import {Position, Totals} from "../position/Position.sol";
import {IKhipuVault} from "../vault/IKhipuVault.sol";
import {SharePrice} from "../vault/SharePrice.sol";
import {ISavingsPool} from "./ISavingsPool.sol";

/// @title SavingsPool
/// @notice See {ISavingsPool}.
contract SavingsPool is ISavingsPool, AccessManaged, Multicall, ReentrancyGuardTransient {
    using Math for uint256;
    using SafeERC20 for IERC20;

    uint256 private constant BPS = 10_000;

    /// @inheritdoc ISavingsPool
    IKhipuVault public immutable vault;

    /// @inheritdoc ISavingsPool
    IERC20 public immutable asset;

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
    ) AccessManaged(authority_) {
        if (referralShareBps_ > BPS) revert ReferralShareOutOfRange(referralShareBps_);
        vault = vault_;
        asset = IERC20(vault_.asset());
        minimumDeposit = minimumDeposit_;
        referralShareBps = referralShareBps_;
        _setLimits(perSaver, total);
        // The vault takes only what this contract tells it to, and this contract never holds assets between calls.
        asset.forceApprove(address(vault_), type(uint256).max);
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
        PermitOrAllowance.ensure(address(asset), assets, deadline, v, r, s);
        return _deposit(assets, saver, minShares);
    }

    /// @inheritdoc ISavingsPool
    function withdraw(
        uint256 assets,
        address receiver,
        uint256 maxShares
    ) external nonReentrant returns (uint256 shares) {
        if (assets == 0) revert ZeroAmount();
        Position memory position = _positions[msg.sender];
        if (assets > position.principal) revert PrincipalTooLow(assets, position.principal);
        shares = vault.sharePrice().toSharesUp(assets);
        if (shares > position.shares) revert SharesTooLow(shares, position.shares);
        if (shares > maxShares) revert TooManyShares(shares, maxShares);
        position.subtract(assets, shares);
        _positions[msg.sender] = position;
        Totals memory sums = totals;
        sums.subtract(assets, shares);
        totals = sums;
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
        // Costs exactly `shares`: within one transaction the price has not moved since it was read.
        vault.withdraw(assets, receiver, address(this), shares);
    }

    /// @inheritdoc ISavingsPool
    function withdrawAll(address receiver, uint256 minAssets) external nonReentrant returns (uint256 assets) {
        Position memory position = _positions[msg.sender];
        uint256 shares = position.shares;
        if (shares == 0) revert NothingSaved(msg.sender);
        SharePrice memory price = vault.sharePrice();
        assets = price.toAssetsDown(shares);
        // What the shares are worth is principal first; after a loss there is less than the mark, and no yield.
        uint256 principalPaid = assets.min(position.principal);
        uint256 principalShares =
            principalPaid == assets ? shares : price.toSharesUp(principalPaid).min(shares);
        Totals memory sums = totals;
        sums.subtract(position.principal, principalShares);
        position.subtract(position.principal, principalShares);
        emit WithdrawalMade(
            msg.sender,
            receiver,
            principalPaid,
            principalShares,
            0,
            position.shares,
            sums.principal,
            sums.shares
        );
        uint256 yield = assets - principalPaid;
        if (yield > 0) {
            uint256 yieldShares = position.shares;
            sums.subtract(0, yieldShares);
            position.shares = 0;
            emit YieldClaimed(msg.sender, receiver, yield, yieldShares, 0, 0, sums.principal, sums.shares);
            if (position.referred) _rewardReferrer(msg.sender, yield);
        }
        _positions[msg.sender] = position;
        totals = sums;
        vault.redeem(shares, receiver, address(this), minAssets);
    }

    /// @inheritdoc ISavingsPool
    function claimYield(address receiver) external nonReentrant returns (uint256 assets) {
        Position memory position = _positions[msg.sender];
        SharePrice memory price = vault.sharePrice();
        uint256 shares = position.yieldShares(price);
        assets = price.toAssetsDown(shares);
        if (assets == 0) revert NothingToClaim(msg.sender);
        position.subtract(0, shares);
        _positions[msg.sender] = position;
        Totals memory sums = totals;
        sums.subtract(0, shares);
        totals = sums;
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
        if (position.referred) _rewardReferrer(msg.sender, assets);
        vault.redeem(shares, receiver, address(this), assets);
    }

    /// @inheritdoc ISavingsPool
    function takeOutShares(address receiver) external nonReentrant returns (uint256 shares) {
        Position memory position = _positions[msg.sender];
        shares = position.shares;
        if (shares == 0) revert NothingSaved(msg.sender);
        uint256 principal = position.principal;
        position.subtract(principal, shares);
        _positions[msg.sender] = position;
        Totals memory sums = totals;
        sums.subtract(principal, shares);
        totals = sums;
        emit SharesTakenOut(msg.sender, receiver, shares, principal, sums.principal, sums.shares);
        IERC20(address(vault)).safeTransfer(receiver, shares);
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
            uint256 yield = price.toAssetsDown(position.shares).saturatingSub(position.principal);
            if (yield == 0) continue;
            position.add(yield, 0);
            _positions[savers[i]] = position;
            sums.add(yield, 0);
            emit AutoCompoundExecuted(
                savers[i],
                msg.sender,
                yield,
                position.principal,
                position.shares,
                sums.principal,
                sums.shares
            );
            if (position.referred) _rewardReferrer(savers[i], yield);
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
        yield = price.toAssetsDown(position.yieldShares(price));
    }

    /// @inheritdoc ISavingsPool
    function maxDeposit(address saver) external view returns (uint256 assets) {
        uint256 saverRoom = uint256(limits.perSaver).saturatingSub(_positions[saver].principal);
        uint256 totalRoom = uint256(limits.total).saturatingSub(totals.principal);
        return vault.maxDeposit(address(this)).min(saverRoom).min(totalRoom);
    }

    // ------------------------------------------------------------------------------------------------------- inside

    /// @dev The money goes first and the books follow: the vault says how many shares it bought, and refuses an asset
    /// that took a fee on its way.
    function _deposit(uint256 assets, address saver, uint256 minShares) private returns (uint256 shares) {
        if (saver == address(0)) revert ZeroAddress();
        if (assets == 0) revert ZeroAmount();
        if (assets < minimumDeposit) revert BelowMinimum(assets, minimumDeposit);
        asset.safeTransferFrom(msg.sender, address(this), assets);
        shares = vault.deposit(assets, address(this), minShares);

        Position memory position = _positions[saver];
        Totals memory sums = totals;
        position.add(assets, shares);
        sums.add(assets, shares);
        Limits memory most = limits;
        if (position.principal > most.perSaver) revert AboveSaverLimit(position.principal, most.perSaver);
        if (sums.principal > most.total) revert AboveTotalLimit(sums.principal, most.total);
        if (saver == msg.sender) position.opened = true;
        _positions[saver] = position;
        totals = sums;
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
    function _rewardReferrer(address saver, uint256 yield) private {
        uint256 reward = yield.mulDiv(vault.feeBps() * referralShareBps, BPS * BPS);
        address referrer = referrerOf[saver];
        uint256 earned = referralEarned[referrer] + reward;
        uint256 totalEarned = totalReferralEarned + reward;
        referralEarned[referrer] = earned;
        totalReferralEarned = totalEarned;
        emit ReferralRewardEarned(referrer, saver, reward, earned, totalEarned);
    }

    function _setLimits(uint128 perSaver, uint128 total) private {
        limits = Limits(perSaver, total);
        emit LimitsSet(perSaver, total);
    }
}
