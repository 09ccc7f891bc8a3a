// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IKhipuVault} from "./IKhipuVault.sol";
import {Strategy, StrategyLib} from "./Strategy.sol";
import {Reading, StrategyReader} from "./StrategyReader.sol";
import {VaultState} from "./VaultState.sol";
import {VaultAccounts} from "./VaultAccounts.sol";

/// @title VaultOperations
/// @notice The half of the vault that savers do not need every day: reports, rebalancing, redeeming in kind, and what
/// the curator and the guardian do to a strategy with money in it. The vault makes this contract when it is made itself
/// and runs its code on its own books (see {VaultState}); it is a contract of its own only because a contract's size is
/// limited. Who may call what, and re-entrance, are for the vault to check: called directly, these functions find empty
/// books and hold no money.
contract VaultOperations is VaultAccounts {
    using Math for uint256;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;
    using StrategyReader for IERC4626;

    /// @dev What somebody gets who redeems in kind.
    /// @param idle Of the idle money.
    /// @param value What all of it is booked at.
    /// @param shares Of each strategy's shares, in withdrawal order.
    struct Parts {
        uint256 idle;
        uint256 value;
        uint256[] shares;
    }

    /// @dev What a supply may lose by rounding: a ten-millionth and ten of the smallest units. Anybody can have money
    /// supplied, so a strategy that takes more than that, as a fee or by coarse shares, is left out.
    uint256 private constant SUPPLY_TOLERANCE = 10_000_000;
    uint256 private constant SUPPLY_TOLERANCE_UNITS = 10;

    /// @dev More shares in one go would not fit; a strategy that has lost all its money mints that many.
    uint256 private constant MAX_MINT = type(uint120).max;

    address private immutable _asset;

    constructor(
        address asset_,
        uint256 unlockPeriod_,
        uint256 virtualShares_
    ) ERC20("", "") VaultAccounts(unlockPeriod_, virtualShares_) {
        _asset = asset_;
    }

    // ------------------------------------------------------------------------------------------- anybody's actions

    /// @dev See {IKhipuVault}.
    function redeemInKind(
        uint256 shares,
        address receiver,
        address owner,
        address[] calldata leaveOut
    ) external returns (uint256 burned) {
        if (shares == 0) revert IKhipuVault.ZeroAmount();
        // Books all profit first: what is not booked yet would else leave with the shares that it is in.
        Appraisal memory a = _appraise(true);
        uint256 gross = a.gross;
        if (a.unread == 0) _settle(a);
        _touch(gross);
        uint256 supply = totalSupply();
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, shares);
        _burn(owner, shares);
        Parts memory parts = _takeParts(a, shares, supply + _virtualShares, leaveOut);
        emit IKhipuVault.RedeemedInKind(msg.sender, receiver, owner, parts.idle, parts.value, shares);
        _afterExit(a, shares, supply);
        _payInKind(receiver, parts);
        return shares;
    }

    /// @dev See {IKhipuVault}.
    function report() external returns (uint256 profit, uint256 loss) {
        return _report();
    }

    /// @dev See {IKhipuVault}.
    function rebalance() external {
        (Appraisal memory a, ) = _accrue();
        VaultState.State storage state = VaultState.get();
        uint256 buffer = a.gross.mulDiv(state.idleBufferBps, BPS);
        for (uint256 i = 0; i < a.readings.length; ++i) {
            IERC4626 strategy = state.withdrawalOrder[i];
            uint256 booked = state.strategies[strategy].assets;
            _draw(strategy, booked.saturatingSub(_capOf(strategy, a.gross)), a.readings[i]);
        }
        _gather(buffer, a.readings);
        // While something cannot be read, losses are not booked, and where they are nothing may be supplied.
        if (a.unread > 0) return _emitAccounts(a);
        for (uint256 i = 0; i < state.supplyOrder.length && state.idle > buffer; ++i) {
            IERC4626 strategy = state.supplyOrder[i];
            uint256 room = _capOf(strategy, a.gross).saturatingSub(state.strategies[strategy].assets);
            _supply(strategy, room.min(state.idle - buffer));
        }
        _emitAccounts(a);
    }

    /// @dev See {IKhipuVault}.
    function donate(uint256 assets) external {
        if (assets == 0) revert IKhipuVault.ZeroAmount();
        (Appraisal memory a, ) = _accrue();
        _takeIn(assets);
        emit IKhipuVault.ProfitDonated(msg.sender, assets);
        _takeProfit(a, assets, 0, 0, _unlockPeriod);
        _emitAccounts(a);
    }

    // ----------------------------------------------------------------------------------------------- roles' actions

    /// @dev See {IKhipuVault}.
    function raiseFee(uint256 newFeeBps) external {
        if (newFeeBps < VaultState.get().feeBps || newFeeBps > MAX_FEE_BPS)
            revert IKhipuVault.FeeOutOfRange(newFeeBps);
        _changeFee(newFeeBps);
    }

    /// @dev See {IKhipuVault}.
    function writeOff(IERC4626 strategy) external {
        _writeDown(strategy, 0);
    }

    /// @dev See {IKhipuVault}.
    function writeDown(IERC4626 strategy, uint256 assets) external {
        _writeDown(strategy, assets);
    }

    /// @dev See {IKhipuVault}.
    function acceptValue(IERC4626 strategy) external {
        Strategy storage entry = _requireListed(strategy);
        (Appraisal memory a, ) = _accrue();
        uint256 booked = entry.assets;
        Reading memory reading = a.readings[_placeOf(strategy)];
        if (reading.value > booked) {
            uint256 lost = entry.impaired ? _lostOf(entry, booked) : 0;
            uint256 period = _periodOf(entry, _unlockPeriod);
            _book(strategy, entry, booked, reading.value);
            _takeProfit(a, reading.value - booked, 0, lost, period);
        }
        entry.peak = 0;
        entry.raisePeak();
        (entry.gainTime, entry.bookedAt) = (0, uint40(block.timestamp));
        (entry.supplyHalted, entry.writtenDown) = (false, false);
        _setImpaired(strategy, entry, false);
        emit IKhipuVault.ValueAccepted(address(strategy), entry.assets);
        _emitAccounts(a);
    }

    /// @dev See {IKhipuVault}.
    function sendReward(IERC20 token, address receiver) external {
        VaultState.State storage state = VaultState.get();
        uint256 amount = token.balanceOf(address(this));
        // Donations of the asset too: the vault's own money is told from them by its books alone.
        if (address(token) == asset()) amount -= state.idle;
        else amount -= state.strategies[IERC4626(address(token))].shares;
        if (amount == 0) revert IKhipuVault.ZeroAmount();
        emit IKhipuVault.RewardSent(address(token), receiver, amount);
        token.safeTransfer(receiver, amount);
    }

    /// @dev See {IKhipuVault}.
    function removeStrategy(IERC4626 strategy) external {
        Strategy storage entry = _requireListed(strategy);
        (entry.absoluteCap, entry.relativeCapBps) = (0, 0);
        emit IKhipuVault.CapsSet(address(strategy), 0, 0);
        (Appraisal memory a, ) = _accrue();
        uint256 booked = entry.assets;
        uint256 lost = entry.impaired ? _lostOf(entry, booked) : 0;
        uint256 gain = _drain(strategy);
        if (entry.shares == 0 && !a.readings[_placeOf(strategy)].readable) _makeCertain(a, booked);
        if (gain > 0) _takeProfit(a, gain, 0, lost, _periodOf(entry, _unlockPeriod));
        if (entry.shares == 0) _setImpaired(strategy, entry, false);
        // What is booked at nothing and does not close deposits is given up: what is left of it is a reward.
        if (entry.assets == 0 && !entry.impaired) {
            VaultState.State storage state = VaultState.get();
            delete state.strategies[strategy];
            _removeFrom(state.supplyOrder, strategy);
            _removeFrom(state.withdrawalOrder, strategy);
            emit IKhipuVault.StrategyRemoved(address(strategy));
        }
        _emitAccounts(a);
    }

    /// @dev See {IKhipuVault}.
    function lowerFee(uint256 newFeeBps) external {
        if (newFeeBps > VaultState.get().feeBps) revert IKhipuVault.FeeOutOfRange(newFeeBps);
        _changeFee(newFeeBps);
    }

    // --------------------------------------------------------------------------------------------- called by itself

    /// @notice Puts assets into a strategy. A call of its own, so that all of it can fail without consequence.
    /// @param strategy The strategy.
    /// @param assets How much.
    /// @return minted The shares that the strategy gave.
    function supplyTo(IERC4626 strategy, uint256 assets) external returns (uint256 minted) {
        _onlySelf();
        IERC20 token = IERC20(asset());
        uint256 assetsBefore = _ownAssets();
        uint256 sharesBefore = strategy.balanceOf(address(this));
        token.forceApprove(address(strategy), assets);
        minted = strategy.deposit(assets, address(this));
        // The value of what came back is asked for, not trusted: an entry fee would be paid by those already here.
        (, uint256 value) = strategy.valueOf(minted, gasleft());
        bool took = _ownAssets() + assets == assetsBefore;
        bool gave =
            minted <= MAX_MINT &&
                strategy.balanceOf(address(this)) >= sharesBefore + minted &&
                value + assets / SUPPLY_TOLERANCE + SUPPLY_TOLERANCE_UNITS >= assets;
        if (!took || !gave) revert IKhipuVault.StrategyMisbehaved(address(strategy));
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
        if (assets < minAssets) revert IKhipuVault.StrategyMisbehaved(address(strategy));
    }

    /// @notice Hands shares of a strategy to somebody. A call of its own, so that a strategy that burns all gas is
    /// stopped in time.
    /// @param strategy The strategy.
    /// @param receiver Who gets them.
    /// @param shares How many.
    function handOver(IERC4626 strategy, address receiver, uint256 shares) external {
        _onlySelf();
        IERC20(address(strategy)).safeTransfer(receiver, shares);
    }

    function asset() public view override returns (address) {
        return _asset;
    }

    // -------------------------------------------------------------------------------------------- inside: in kind

    /// @dev Books out what `shares` of `supply` stand for, rounded down: of everything the same part, also of what
    /// cannot be read or is lost for now. What is left out stays, for those who stay.
    function _takeParts(
        Appraisal memory a,
        uint256 shares,
        uint256 supply,
        address[] calldata leaveOut
    ) private returns (Parts memory parts) {
        VaultState.State storage state = VaultState.get();
        // Locked profit belongs to those who stay. What cannot be read counts as it was booked here: it is not priced.
        uint256 whole = a.gross + a.unread;
        uint256 free = whole - a.bookedLock.saturatingSub(a.uncertain - a.unread).min(whole);
        if (whole == 0) (whole, free) = (1, 1);
        bool nothing = (a.gross - a.locked + 1).mulDiv(shares, supply) == 0;
        // In place of the shares the part of everything that goes, as a fraction of `supply`.
        shares = shares.mulDiv(free, whole);
        parts.idle = uint256(state.idle).mulDiv(shares, supply);
        state.idle -= uint112(parts.idle);
        a.gross -= parts.idle;
        parts.value = parts.idle;
        parts.shares = new uint256[](a.readings.length);
        for (uint256 i = 0; i < parts.shares.length; ++i) {
            if (_contains(leaveOut, address(state.withdrawalOrder[i]))) continue;
            uint256 assets;
            (parts.shares[i], assets) = _takePart(a, i, shares, supply);
            parts.value += assets;
            nothing = nothing && parts.shares[i] == 0;
        }
        if (nothing) revert IKhipuVault.ZeroAmount();
    }

    function _takePart(
        Appraisal memory a,
        uint256 place,
        uint256 shares,
        uint256 supply
    ) private returns (uint256 part, uint256 assets) {
        VaultState.State storage state = VaultState.get();
        IERC4626 strategy = state.withdrawalOrder[place];
        Strategy storage entry = state.strategies[strategy];
        part = _ownedShares(entry, a.readings[place]).mulDiv(shares, supply);
        uint256 booked = entry.assets;
        assets = booked.mulDiv(shares, supply);
        entry.shares -= uint128(part);
        entry.assets -= uint112(assets);
        // A loss that is not booked yet is in the booked value, but not in what is certain.
        uint256 certain = a.readings[place].value.min(booked).mulDiv(shares, supply);
        a.gross -= certain;
        a.uncertain = a.uncertain.saturatingSub(assets - certain);
        emit IKhipuVault.StrategyHandedOver(address(strategy), part, assets, entry.assets);
    }

    /// @dev Shares of a strategy that stand for what is booked; what it has gained beyond is for those who stay for the
    /// report. Where deposits are closed because of a loss, also for what was lost: nobody came in since. What
    /// is booked at nothing and closes no deposits is given up.
    function _ownedShares(Strategy storage entry, Reading memory reading) private view returns (uint256) {
        uint256 owned = entry.assets;
        if (entry.impaired) owned = owned.max(entry.peakAssets(reading.shares));
        // It is in no price: whoever comes in for a moment would take it along for nothing.
        if (owned == 0) return 0;
        return reading.value <= owned ? reading.shares : reading.shares.mulDiv(owned, reading.value);
    }

    function _payInKind(address receiver, Parts memory parts) private {
        VaultState.State storage state = VaultState.get();
        if (parts.idle > 0) IERC20(asset()).safeTransfer(receiver, parts.idle);
        for (uint256 i = 0; i < parts.shares.length; ++i) {
            if (parts.shares[i] == 0) continue;
            IERC4626 strategy = state.withdrawalOrder[i];
            uint256 gasLimit = state.strategies[strategy].moveGas * GAS_UNIT;
            uint256 gasBefore = gasleft();
            try
                IKhipuVault(address(this)).handOver{gas: gasLimit}(strategy, receiver, parts.shares[i])
            {} catch {
                StrategyReader.requireNotStarved(gasBefore, gasLimit);
                revert IKhipuVault.HandOverFailed(address(strategy));
            }
        }
    }

    // ------------------------------------------------------------------------------------ inside: moving and booking

    /// @dev Puts up to `wanted` into a strategy, unless it has lost something or what is in it cannot be had.
    function _supply(IERC4626 strategy, uint256 wanted) private {
        VaultState.State storage state = VaultState.get();
        Strategy storage entry = state.strategies[strategy];
        uint256 booked = entry.assets;
        uint256 readGas = entry.readGas * GAS_UNIT;
        if (entry.supplyHalted) return;
        if (booked > 0 && strategy.withdrawable(readGas) < booked) return;
        uint256 supplied = wanted.min(strategy.depositable(readGas));
        if (supplied == 0) return;
        uint256 gasLimit = entry.moveGas * GAS_UNIT;
        uint256 gasBefore = gasleft();
        try IKhipuVault(address(this)).supplyTo{gas: gasLimit}(strategy, supplied) returns (uint256 minted) {
            if (entry.shares == 0) entry.bookedAt = uint40(block.timestamp);
            // What was at its best worth more has lost no more by getting money.
            uint256 best = entry.peakAssets(entry.shares) + supplied;
            entry.shares += uint128(minted);
            entry.assets = (booked + supplied).toUint112();
            entry.peak = StrategyLib.peakOf(entry.shares, best);
            entry.raisePeak();
            uint256 idleAfter = state.idle - supplied;
            state.idle = uint112(idleAfter);
            emit IKhipuVault.StrategySupplied(address(strategy), supplied, booked + supplied, idleAfter);
        } catch {
            StrategyReader.requireNotStarved(gasBefore, gasLimit);
            emit IKhipuVault.StrategyLeftOut(address(strategy), supplied);
        }
    }

    /// @dev Takes all out of a strategy that was booked just now.
    /// @return gain What came back above what was booked.
    function _drain(IERC4626 strategy) private returns (uint256 gain) {
        VaultState.State storage state = VaultState.get();
        Strategy storage entry = state.strategies[strategy];
        (uint256 shares, uint256 booked) = (entry.shares, entry.assets);
        if (shares == 0) return 0;
        try
            IKhipuVault(address(this)).drainFrom{gas: entry.moveGas * GAS_UNIT}(strategy, shares, booked)
        returns (uint256 assets) {
            (entry.shares, entry.assets) = (0, 0);
            uint256 idleAfter = state.idle + assets;
            state.idle = idleAfter.toUint112();
            emit IKhipuVault.StrategyDrawn(address(strategy), assets, 0, idleAfter);
            return assets - booked;
        } catch {
            emit IKhipuVault.StrategyLeftOut(address(strategy), booked);
        }
    }

    /// @dev The most a strategy may hold. A relative cap is a part of what there was before this block and is there
    /// now.
    function _capOf(IERC4626 strategy, uint256 gross) private view returns (uint256) {
        VaultState.State storage state = VaultState.get();
        Strategy storage entry = state.strategies[strategy];
        return gross.min(state.grossBefore).mulDiv(entry.relativeCapBps, BPS).min(entry.absoluteCap);
    }

    function _report() private returns (uint256 profit, uint256 loss) {
        Appraisal memory a = _appraise(true);
        uint256 gross = a.gross;
        if (a.unread == 0) (profit, loss) = _settle(a);
        _touch(gross);
        _emitAccounts(a);
    }

    function _writeDown(IERC4626 strategy, uint256 assets) private {
        Strategy storage entry = _requireListed(strategy);
        Appraisal memory a = _appraise(true);
        uint256 gross = a.gross;
        if (a.unread == 0) _settle(a);
        _touch(gross);
        uint256 booked = entry.assets;
        if (assets >= booked) revert IKhipuVault.NothingToWriteDown(address(strategy), booked);
        uint256 loss = booked - assets;
        _setImpaired(strategy, entry, true);
        _book(strategy, entry, booked, assets);
        entry.writtenDown = true;
        _haltSupply(strategy, entry);
        _noteLoss(loss);
        _restartLock(a.bookedLock.saturatingSub(loss), 0, 0);
        emit IKhipuVault.StrategyWrittenOff(address(strategy), loss);
        _emitAccounts(_appraise(false));
    }

    /// @dev What could not be read has been paid out.
    function _makeCertain(Appraisal memory a, uint256 booked) private pure {
        a.unread -= booked;
        a.uncertain -= booked;
        a.gross += booked;
        a.locked = a.bookedLock.saturatingSub(a.uncertain).min(a.gross);
    }

    function _changeFee(uint256 newFeeBps) private {
        // The profit so far pays the fee that it was earned under.
        _report();
        VaultState.get().feeBps = uint16(newFeeBps);
        emit IKhipuVault.FeeSet(newFeeBps);
    }

    function _requireListed(IERC4626 strategy) private view returns (Strategy storage entry) {
        entry = VaultState.get().strategies[strategy];
        if (!entry.listed) revert IKhipuVault.StrategyUnknown(address(strategy));
    }

    function _placeOf(IERC4626 strategy) private view returns (uint256 place) {
        IERC4626[] storage order = VaultState.get().withdrawalOrder;
        while (order[place] != strategy) ++place;
    }

    function _contains(address[] calldata list, address item) private pure returns (bool) {
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i] == item) return true;
        }
        return false;
    }

    /// @dev Takes `strategy` out of a list and keeps the order of the others.
    function _removeFrom(IERC4626[] storage list, IERC4626 strategy) private {
        uint256 last = list.length - 1;
        bool found = false;
        for (uint256 i = 0; i < last; ++i) {
            if (list[i] == strategy) found = true;
            if (found) list[i] = list[i + 1];
        }
        list.pop();
    }
}
