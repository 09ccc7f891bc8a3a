// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {GainLimit} from "./GainLimit.sol";
import {IKhipuVault} from "./IKhipuVault.sol";
import {ProfitLock} from "./ProfitLock.sol";
import {Strategy, StrategyLib} from "./Strategy.sol";
import {Reading, StrategyReader} from "./StrategyReader.sol";
import {VaultState} from "./VaultState.sol";

/// @title StrategyBook
/// @notice What the vault has where: idle money, strategies and what was booked for each, and moving money between
/// them. Knows nothing of shares, savers or roles.
abstract contract StrategyBook {
    using Math for uint256;
    using SafeCast for uint256;
    using StrategyReader for IERC4626;

    /// @dev All that the vault has, as seen at this moment.
    /// @param gross Assets that are certain, locked profit included: what cannot be read counts as nothing.
    /// @param locked How much of `gross` is profit that is still locked, after it has borne every loss, also what
    /// cannot be read.
    /// @param bookedLock Profit that is locked by the books, once they have been brought up to date.
    /// @param loss What strategies are worth less than booked.
    /// @param unread What the strategies that cannot be read were last booked at.
    /// @param uncertain What `gross` leaves out of the books: what cannot be read, and losses that are not booked until
    /// everything can.
    /// @param impaired Whether nobody may deposit, because a strategy was written down or has lost more than is left.
    /// @param readings What each strategy answered, in withdrawal order.
    struct Appraisal {
        uint256 gross;
        uint256 locked;
        uint256 bookedLock;
        uint256 loss;
        uint256 unread;
        uint256 uncertain;
        bool impaired;
        Reading[] readings;
    }

    uint256 internal constant BPS = 10_000;

    /// @dev In these units each strategy's gas is kept.
    uint256 internal constant GAS_UNIT = StrategyLib.GAS_UNIT;

    /// @dev What a strategy may have lost and still get money: a millionth and a hundred of the smallest units, which
    /// many supplies can lose by rounding.
    uint256 internal constant LOSS_TOLERANCE = 1_000_000;
    uint256 internal constant LOSS_TOLERANCE_UNITS = 100;

    // --------------------------------------------------------------------------------------------------- appraisal

    /// @dev Everything the vault has. A gain counts once it is booked, or as soon as there is a loss that it makes
    /// good; a loss as soon as it can be seen; what cannot be read counts as nothing until it can.
    /// @param withGains Whether to look for gains that can be booked, also where there is no loss.
    function _appraise(bool withGains) internal view returns (Appraisal memory a) {
        VaultState.State storage state = VaultState.get();
        uint256 count = state.withdrawalOrder.length;
        a.readings = new Reading[](count);
        a.gross = state.idle;
        for (uint256 i = 0; i < count; ++i) {
            IERC4626 strategy = state.withdrawalOrder[i];
            Strategy storage entry = state.strategies[strategy];
            uint256 booked = entry.assets;
            Reading memory reading = strategy.read(entry.shares, entry.readGas * GAS_UNIT);
            a.readings[i] = reading;
            if (!reading.readable) {
                a.unread += booked;
            } else if (reading.value < booked) {
                a.loss += booked - reading.value;
                a.gross += reading.value;
            } else {
                a.gross += booked;
            }
        }
        a.bookedLock = _lock(state).remaining();
        if (a.unread > 0) {
            // Nobody knows whether there is a gain to make good for a loss, so that nothing is booked.
            a.uncertain = a.unread + a.loss;
        } else if (withGains || a.loss > 0) {
            uint256 gain = _findGains(state, a.readings);
            a.gross += gain.min(a.loss);
            a.bookedLock = a.bookedLock.saturatingSub(a.loss.saturatingSub(gain));
        }
        // Never more than there is, whatever was rounded: the price must have an answer.
        a.locked = a.bookedLock.saturatingSub(a.uncertain).min(a.gross);
        a.impaired = state.impairedCount > 0 || (a.loss > 0 && _willImpair(state, a));
    }

    /// @dev Notes for each strategy how much of its gain can be booked.
    function _findGains(
        VaultState.State storage state,
        Reading[] memory readings
    ) private view returns (uint256 gains) {
        for (uint256 i = 0; i < readings.length; ++i) {
            IERC4626 strategy = state.withdrawalOrder[i];
            Strategy storage entry = state.strategies[strategy];
            uint256 booked = entry.assets;
            Reading memory reading = readings[i];
            // What the curator has written down is worth no more until the curator says so, or money comes back.
            if (reading.value <= booked || entry.writtenDown) continue;
            // A gain on money that cannot be had is a gain on paper.
            if (strategy.withdrawable(entry.readGas * GAS_UNIT) < booked) continue;
            reading.gain = (reading.value - booked).min(
                GainLimit.allowance(booked, entry.gainTime, entry.yearlyGainBps)
            );
            gains += reading.gain;
        }
    }

    /// @dev Whether a loss that is not booked yet closes deposits.
    function _willImpair(
        VaultState.State storage state,
        Appraisal memory a
    ) private view returns (bool impaired) {
        for (uint256 i = 0; i < a.readings.length && !impaired; ++i) {
            Strategy storage entry = state.strategies[state.withdrawalOrder[i]];
            Reading memory reading = a.readings[i];
            if (!reading.readable || reading.value >= entry.assets) continue;
            impaired = _isImpairing(_lostOf(entry, reading.value), reading, a.gross);
        }
    }

    /// @dev What is missing of a strategy's best value, if its shares are worth `value` now.
    function _lostOf(Strategy storage entry, uint256 value) internal view returns (uint256) {
        return entry.peakAssets(entry.shares).saturatingSub(value);
    }

    /// @dev More lost than the whole vault has left, and there is something that could recover: whoever came in now
    /// would get most of it.
    function _isImpairing(uint256 lost, Reading memory reading, uint256 gross) private pure returns (bool) {
        return reading.shares > 0 && lost > gross;
    }

    /// @dev What can be taken out right now. Unbooked gains cannot: they belong to those who stay for the report. Of
    /// strategies that share a market only the one that could pay most counts.
    function _liquidity(Appraisal memory a) internal view returns (uint256 available) {
        VaultState.State storage state = VaultState.get();
        available = state.idle;
        uint256[] memory inMarket = new uint256[](256);
        for (uint256 i = 0; i < a.readings.length; ++i) {
            IERC4626 strategy = state.withdrawalOrder[i];
            Strategy storage entry = state.strategies[strategy];
            uint256 assets = a.readings[i].value.min(entry.assets + a.readings[i].gain);
            if (assets == 0) continue;
            assets = assets.min(strategy.withdrawable(entry.readGas * GAS_UNIT));
            uint256 market = entry.market;
            uint256 counted = market == 0 ? 0 : inMarket[market];
            if (assets <= counted) continue;
            available += assets - counted;
            inMarket[market] = assets;
        }
    }

    // ------------------------------------------------------------------------------------------------------ booking

    /// @dev Books what an appraisal has read. The share price follows from the sums, whatever the parts.
    /// @return profit All gains that were booked.
    /// @return loss All losses.
    /// @return period Over how many seconds the profit is to be released, given the shortest.
    function _bookReadings(
        Appraisal memory a,
        uint256 shortest
    ) internal returns (uint256 profit, uint256 loss, uint256 period) {
        VaultState.State storage state = VaultState.get();
        for (uint256 i = 0; i < a.readings.length; ++i) {
            Reading memory reading = a.readings[i];
            IERC4626 strategy = state.withdrawalOrder[i];
            Strategy storage entry = state.strategies[strategy];
            uint256 booked = entry.assets;
            if (!reading.readable) continue;
            if (reading.value < booked) {
                loss += booked - reading.value;
                _bookLoss(strategy, entry, reading, a.gross);
            } else if (reading.gain > 0) {
                profit += reading.gain;
                period += reading.gain * _periodOf(entry, shortest);
                entry.gainTime = uint40(
                    GainLimit.use(booked, entry.gainTime, entry.yearlyGainBps, reading.gain)
                );
                if (booked + reading.gain == reading.value) entry.bookedAt = uint40(block.timestamp);
                _book(strategy, entry, booked, booked + reading.gain);
                entry.raisePeak();
            }
        }
        if (profit > 0) period /= profit;
    }

    /// @dev After a loss beyond rounding a strategy gets no more money until the curator says so: losses make no room.
    function _bookLoss(
        IERC4626 strategy,
        Strategy storage entry,
        Reading memory reading,
        uint256 gross
    ) private {
        uint256 lost = _lostOf(entry, reading.value);
        if (_isImpairing(lost, reading, gross)) _setImpaired(strategy, entry, true);
        if (lost > reading.value / LOSS_TOLERANCE + LOSS_TOLERANCE_UNITS) _haltSupply(strategy, entry);
        if (reading.shares < entry.shares) {
            // Shares that vanished are lost, too: those that are left keep the best value of all.
            entry.peak = StrategyLib.peakOf(reading.shares, entry.peakAssets(entry.shares));
            entry.shares = uint128(reading.shares);
        }
        entry.bookedAt = uint40(block.timestamp);
        _book(strategy, entry, entry.assets, reading.value);
    }

    function _haltSupply(IERC4626 strategy, Strategy storage entry) internal {
        if (entry.supplyHalted) return;
        entry.supplyHalted = true;
        emit IKhipuVault.SupplyHalted(address(strategy));
    }

    /// @dev Books one strategy at its value.
    function _book(IERC4626 strategy, Strategy storage entry, uint256 booked, uint256 value) internal {
        entry.assets = value.toUint112();
        emit IKhipuVault.StrategyBooked(
            address(strategy),
            value.saturatingSub(booked),
            booked.saturatingSub(value),
            value
        );
    }

    /// @dev What a gain took to come about, it takes to be released: else stepping in just before the report of a
    /// month's gain would earn more than a day's worth a day.
    function _periodOf(Strategy storage entry, uint256 shortest) internal view returns (uint256) {
        return (block.timestamp - entry.bookedAt).min(30 days).max(shortest);
    }

    /// @dev To be called before a loss is booked: what is lost from there on is the holders' alone.
    function _setImpaired(IERC4626 strategy, Strategy storage entry, bool impaired) internal {
        if (entry.impaired == impaired) return;
        VaultState.State storage state = VaultState.get();
        entry.impaired = impaired;
        if (impaired) {
            ++state.impairedCount;
            // What was lost before is not only theirs who are in the vault now: others may have come in since.
            entry.peak = StrategyLib.peakOf(entry.shares, entry.assets);
        } else {
            --state.impairedCount;
        }
        emit IKhipuVault.StrategyImpaired(address(strategy), impaired);
    }

    function _lock(VaultState.State storage state) internal view returns (ProfitLock memory) {
        return ProfitLock(state.lockedAmount, state.lockStart, state.lockEnd, state.lockEarly);
    }

    function _restartLock(uint256 left, uint256 added, uint256 period) internal {
        VaultState.State storage state = VaultState.get();
        ProfitLock memory next = _lock(state).restarted(left, added, period);
        state.lockedAmount = next.amount.toUint112();
        state.lockStart = uint40(next.start);
        state.lockEnd = uint40(next.end);
        state.lockEarly = uint24(next.early);
    }

    /// @dev Notes what the vault had before the first change of this block: nobody can put money above a relative cap
    /// with money that comes and goes within one.
    function _touch(uint256 gross) internal {
        VaultState.State storage state = VaultState.get();
        uint32 second = uint32(block.timestamp) << 1;
        if (state.touched >> 1 == second >> 1) gross = state.grossBefore;
        // The last bit changes each time: else it would cost less gas in the second of somebody's transaction, and an
        // estimate made then would not suffice in the next one.
        state.touched = second | (~state.touched & 1);
        state.grossBefore = gross.toUint112();
    }

    // ----------------------------------------------------------------------------------------------- moving money

    /// @dev Makes `assets` idle, from the strategies in withdrawal order, leaving out those that fail.
    /// @return idleNow What is idle afterwards, which may be less.
    function _gather(uint256 assets, Reading[] memory readings) internal returns (uint256 idleNow) {
        VaultState.State storage state = VaultState.get();
        idleNow = state.idle;
        for (uint256 i = 0; i < readings.length && idleNow < assets; ++i) {
            idleNow += _draw(state.withdrawalOrder[i], assets - idleNow, readings[i]);
        }
    }

    /// @dev Takes up to `wanted` out of a strategy, never more than was booked, at no more than its pro-rata price.
    function _draw(
        IERC4626 strategy,
        uint256 wanted,
        Reading memory reading
    ) internal returns (uint256 drawn) {
        VaultState.State storage state = VaultState.get();
        Strategy storage entry = state.strategies[strategy];
        uint256 booked = entry.assets;
        uint256 most = wanted.min(booked).min(reading.value);
        if (most == 0) return 0;
        drawn = most.min(strategy.withdrawable(entry.readGas * GAS_UNIT));
        if (drawn == 0) return 0;
        uint256 maxShares = reading.shares.mulDiv(drawn, reading.value, Math.Rounding.Ceil);
        uint256 gasLimit = entry.moveGas * GAS_UNIT;
        uint256 gasBefore = gasleft();
        try IKhipuVault(address(this)).drawFrom{gas: gasLimit}(strategy, drawn, maxShares) returns (
            uint256 burned
        ) {
            // No more than `maxShares`, which is no more than all.
            entry.shares -= uint128(burned);
            entry.assets = uint112(booked - drawn);
            reading.shares -= burned;
            reading.value -= drawn;
            uint256 idleAfter = state.idle + drawn;
            state.idle = uint112(idleAfter);
            emit IKhipuVault.StrategyDrawn(address(strategy), drawn, booked - drawn, idleAfter);
        } catch {
            StrategyReader.requireNotStarved(gasBefore, gasLimit);
            emit IKhipuVault.StrategyLeftOut(address(strategy), drawn);
            return 0;
        }
    }

    function _ownAssets() internal view returns (uint256) {
        return IERC20(asset()).balanceOf(address(this));
    }

    function _onlySelf() internal view {
        if (msg.sender != address(this)) revert IKhipuVault.OnlySelf(msg.sender);
    }

    /// @dev Declared here because this part needs the asset and knows no more of ERC-4626.
    function asset() public view virtual returns (address);
}
