// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IKhipuVault} from "./IKhipuVault.sol";
import {ProfitLock} from "./ProfitLock.sol";
import {StrategyReader} from "./StrategyReader.sol";

/// @title StrategyBook
/// @notice What the vault has where: idle money, strategies and what was booked for each, and moving money between
/// them. Knows nothing of shares, savers or roles.
abstract contract StrategyBook is IKhipuVault {
    using Math for uint256;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using StrategyReader for IERC4626;

    /// @dev All that the vault has, as seen at this moment.
    /// @param gross All assets, unseen profit left out, losses taken off.
    /// @param loss What the strategies are worth less than booked.
    /// @param locked Profit that is still locked, after it has borne the loss.
    /// @param complete Whether each strategy that holds money could be valued.
    /// @param values What each strategy is worth, in withdrawal order; the booked value where that is unknown.
    struct Appraisal {
        uint256 gross;
        uint256 loss;
        uint256 locked;
        bool complete;
        uint256[] values;
    }

    struct Listing {
        uint128 absoluteCap;
        uint16 relativeCapBps;
        bool listed;
    }

    uint256 internal constant BPS = 10_000;

    /// @dev Each is valued in every deposit and withdrawal, so there can be only a few.
    uint256 internal constant MAX_STRATEGIES = 8;

    /// @dev Gas that moving money into or out of one strategy may burn before it is left out.
    uint256 internal constant MOVE_GAS = 2_000_000;

    /// @dev What a supply may lose by rounding: a ten-millionth and ten of the smallest units. Anybody can have money
    /// supplied, so a strategy that takes more than that, as a fee or by coarse shares, is left out.
    uint256 internal constant SUPPLY_TOLERANCE = 10_000_000;
    uint256 internal constant SUPPLY_TOLERANCE_UNITS = 10;

    /// @dev More shares in one go would not fit into a holding; a strategy that has lost all its money mints that many.
    uint256 internal constant MAX_MINT = type(uint120).max;

    /// @inheritdoc IKhipuVault
    uint128 public idle;

    /// @dev Sits in one slot with `idle`, which every deposit and withdrawal touches.
    uint120 internal _lossToRecover;

    /// @inheritdoc IKhipuVault
    bool public depositsStopped;

    ProfitLock internal _lock;

    mapping(IERC4626 strategy => Holding holding) internal _holdings;
    mapping(IERC4626 strategy => Listing listing) internal _listings;
    IERC4626[] internal _supplyOrder;
    IERC4626[] internal _withdrawalOrder;

    // --------------------------------------------------------------------------------------------- called by itself

    /// @notice Takes assets out of a strategy. A call of its own, so that all of it can fail without consequence.
    /// @param strategy The strategy.
    /// @param assets How much.
    /// @param maxShares The most of the strategy's shares that this may cost.
    /// @return burned The shares that it cost.
    function drawFrom(
        IERC4626 strategy,
        uint256 assets,
        uint256 maxShares
    ) external returns (uint256 burned) {
        _onlySelf();
        uint256 assetsBefore = _ownAssets();
        burned = strategy.withdraw(assets, address(this), address(this));
        if (_ownAssets() != assetsBefore + assets || burned > maxShares) {
            revert StrategyMisbehaved(address(strategy));
        }
    }

    /// @notice Puts assets into a strategy. A call of its own, so that all of it can fail without consequence.
    /// @param strategy The strategy.
    /// @param assets How much.
    /// @return minted The shares that the strategy gave.
    function supplyTo(IERC4626 strategy, uint256 assets) external returns (uint256 minted) {
        _onlySelf();
        IERC20 token = IERC20(asset());
        uint256 assetsBefore = _ownAssets();
        token.forceApprove(address(strategy), assets);
        minted = strategy.deposit(assets, address(this));
        // The value of what came back is asked for, not trusted: an entry fee would be paid by those already here.
        (, uint256 value) = strategy.valueOf(minted);
        bool took = _ownAssets() + assets == assetsBefore;
        bool gave =
            minted <= MAX_MINT && value + assets / SUPPLY_TOLERANCE + SUPPLY_TOLERANCE_UNITS >= assets;
        if (!took || !gave) revert StrategyMisbehaved(address(strategy));
    }

    /// @notice Takes everything out of a strategy. A call of its own, so that all of it can fail without consequence.
    /// @param strategy The strategy.
    /// @param shares All its shares that the vault has.
    /// @param minAssets What they are worth.
    /// @return assets What came back.
    function drainFrom(
        IERC4626 strategy,
        uint256 shares,
        uint256 minAssets
    ) external returns (uint256 assets) {
        _onlySelf();
        uint256 assetsBefore = _ownAssets();
        strategy.redeem(shares, address(this), address(this));
        assets = _ownAssets() - assetsBefore;
        if (assets < minAssets) revert StrategyMisbehaved(address(strategy));
    }

    // ------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IKhipuVault
    function grossAssets() external view returns (uint256) {
        return _appraise().gross;
    }

    /// @inheritdoc IKhipuVault
    function lockedProfit() external view returns (uint256) {
        return _appraise().locked;
    }

    /// @inheritdoc IKhipuVault
    function liquidity() external view returns (uint256) {
        return _liquidity(_appraise());
    }

    /// @inheritdoc IKhipuVault
    function lossToRecover() external view returns (uint256) {
        return _lossToRecover;
    }

    /// @inheritdoc IKhipuVault
    function holdingOf(IERC4626 strategy) external view returns (Holding memory) {
        return _holdings[strategy];
    }

    /// @inheritdoc IKhipuVault
    function capsOf(IERC4626 strategy) external view returns (Caps memory caps, bool listed) {
        Listing memory listing = _listings[strategy];
        return (Caps(listing.absoluteCap, listing.relativeCapBps), listing.listed);
    }

    /// @inheritdoc IKhipuVault
    function supplyOrder() external view returns (IERC4626[] memory) {
        return _supplyOrder;
    }

    /// @inheritdoc IKhipuVault
    function withdrawalOrder() external view returns (IERC4626[] memory) {
        return _withdrawalOrder;
    }

    // --------------------------------------------------------------------------------------------------- appraisal

    /// @dev Everything the vault has. A gain counts only once it is booked, a loss as soon as it can be seen.
    function _appraise() internal view returns (Appraisal memory a) {
        uint256 count = _withdrawalOrder.length;
        a.values = new uint256[](count);
        a.gross = idle;
        a.complete = true;
        for (uint256 i = 0; i < count; ++i) {
            IERC4626 strategy = _withdrawalOrder[i];
            Holding memory holding = _holdings[strategy];
            (bool readable, uint256 value) = strategy.valueOf(holding.shares);
            if (!readable) {
                value = holding.assets;
                // What was written off is worth nothing until it can be read again.
                if (value > 0) a.complete = false;
            }
            a.values[i] = value;
            a.gross += value.min(holding.assets);
            a.loss += uint256(holding.assets).saturatingSub(value);
        }
        // Never more than there is, whatever was rounded: the price must have an answer.
        a.locked = _lock.remaining().saturatingSub(a.loss).min(a.gross);
    }

    /// @dev What can be taken out right now. Unbooked gains cannot: they belong to those who stay for the report.
    function _liquidity(Appraisal memory a) internal view returns (uint256 available) {
        available = idle;
        for (uint256 i = 0; i < a.values.length; ++i) {
            IERC4626 strategy = _withdrawalOrder[i];
            available += a.values[i].min(_holdings[strategy].assets).min(strategy.withdrawable());
        }
    }

    /// @dev Books the losses that an appraisal has seen. The share price has fallen by them already.
    function _bookLosses(Appraisal memory a) internal {
        if (a.loss == 0) return;
        for (uint256 i = 0; i < a.values.length; ++i) {
            IERC4626 strategy = _withdrawalOrder[i];
            uint256 booked = _holdings[strategy].assets;
            if (a.values[i] < booked) _book(strategy, booked, a.values[i]);
        }
        _absorb(a.loss, a.locked);
    }

    /// @dev Remembers a loss, for the fee, and lets the lock go on with what is left of it.
    function _absorb(uint256 loss, uint256 locked) internal {
        _lossToRecover = uint120(Math.min(_lossToRecover + loss, type(uint120).max));
        _lock.restart(locked, 0, 0);
    }

    /// @dev Books one strategy at its value.
    function _book(IERC4626 strategy, uint256 booked, uint256 value) internal {
        _holdings[strategy].assets = value.toUint128();
        emit StrategyBooked(
            address(strategy),
            value.saturatingSub(booked),
            booked.saturatingSub(value),
            value
        );
    }

    // ----------------------------------------------------------------------------------------------- moving money

    /// @dev Makes `assets` idle, from the strategies in withdrawal order, leaving out those that fail.
    /// @return idleNow What is idle afterwards, which may be less.
    function _gather(uint256 assets, uint256[] memory values) internal returns (uint256 idleNow) {
        idleNow = idle;
        for (uint256 i = 0; i < values.length && idleNow < assets; ++i) {
            idleNow += _draw(_withdrawalOrder[i], assets - idleNow, values[i]);
        }
    }

    /// @dev Takes up to `wanted` out of a strategy, never more than was booked, at no more than its pro-rata price.
    function _draw(IERC4626 strategy, uint256 wanted, uint256 value) internal returns (uint256 drawn) {
        Holding memory holding = _holdings[strategy];
        uint256 most = wanted.min(holding.assets).min(value);
        if (most == 0) return 0;
        drawn = most.min(strategy.withdrawable());
        if (drawn == 0) return 0;
        uint256 maxShares = uint256(holding.shares).mulDiv(drawn, value, Math.Rounding.Ceil);
        try this.drawFrom{gas: MOVE_GAS}(strategy, drawn, maxShares) returns (uint256 burned) {
            // No more than `maxShares`, which is no more than all.
            holding.shares -= uint128(burned);
            holding.assets -= uint128(drawn);
            _holdings[strategy] = holding;
            idle += uint128(drawn);
            emit StrategyDrawn(address(strategy), drawn, holding.assets, idle);
        } catch {
            emit StrategyLeftOut(address(strategy), drawn);
            return 0;
        }
    }

    /// @dev Puts up to `wanted` into a strategy.
    function _supply(IERC4626 strategy, uint256 wanted) internal {
        uint256 supplied = wanted.min(strategy.depositable());
        if (supplied == 0) return;
        Holding memory holding = _holdings[strategy];
        try this.supplyTo{gas: MOVE_GAS}(strategy, supplied) returns (uint256 minted) {
            holding.shares += uint128(minted);
            holding.assets += uint128(supplied);
            _holdings[strategy] = holding;
            idle -= uint128(supplied);
            emit StrategySupplied(address(strategy), supplied, holding.assets, idle);
        } catch {
            emit StrategyLeftOut(address(strategy), supplied);
        }
    }

    /// @dev Takes all out of a strategy that was booked just now.
    function _drain(IERC4626 strategy) internal {
        Holding memory holding = _holdings[strategy];
        if (holding.shares == 0) return;
        try this.drainFrom{gas: MOVE_GAS}(strategy, holding.shares, holding.assets) returns (uint256 assets) {
            delete _holdings[strategy];
            idle += assets.toUint128();
            emit StrategyDrawn(address(strategy), assets, 0, idle);
        } catch {
            emit StrategyLeftOut(address(strategy), holding.assets);
        }
    }

    // ------------------------------------------------------------------------------------------------------- lists

    /// @dev The most a strategy may hold.
    function _capOf(IERC4626 strategy, uint256 gross) internal view returns (uint256) {
        Listing memory listing = _listings[strategy];
        return gross.mulDiv(listing.relativeCapBps, BPS).min(listing.absoluteCap);
    }

    function _setCaps(IERC4626 strategy, Caps memory caps) internal {
        _listings[strategy] = Listing(caps.absolute, caps.relativeBps, true);
        emit CapsSet(address(strategy), caps.absolute, caps.relativeBps);
    }

    /// @dev Reverts unless `order` names each of `current` once. Both are short.
    function _requirePermutation(IERC4626[] calldata order, IERC4626[] storage current) internal view {
        if (order.length != current.length) revert NotAPermutation();
        for (uint256 i = 0; i < order.length; ++i) {
            if (!_listings[order[i]].listed) revert NotAPermutation();
            for (uint256 j = 0; j < i; ++j) {
                if (order[i] == order[j]) revert NotAPermutation();
            }
        }
    }

    /// @dev Takes `strategy` out of a list and keeps the order of the others.
    function _removeFrom(IERC4626[] storage list, IERC4626 strategy) internal {
        uint256 last = list.length - 1;
        bool found = false;
        for (uint256 i = 0; i < last; ++i) {
            if (list[i] == strategy) found = true;
            if (found) list[i] = list[i + 1];
        }
        list.pop();
    }

    function _ownAssets() internal view returns (uint256) {
        return IERC20(asset()).balanceOf(address(this));
    }

    function _onlySelf() private view {
        if (msg.sender != address(this)) revert OnlySelf(msg.sender);
    }

    /// @dev Declared here because this part needs the asset and knows no more of ERC-4626.
    function asset() public view virtual override returns (address);
}
