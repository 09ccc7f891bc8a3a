// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {GainLimit} from "./GainLimit.sol";
import {IKhipuVault} from "./IKhipuVault.sol";
import {Strategy, StrategyLib} from "./Strategy.sol";
import {StrategyReader} from "./StrategyReader.sol";
import {VaultState} from "./VaultState.sol";

/// @title StrategySettings
/// @notice The part of the vault that lists strategies and sets their limits. The vault makes this contract when it is
/// made itself and runs its code on its own books; it is a contract of its own only because a contract's size is
/// limited. Who may call what is for the vault to check: called directly, these functions change books that nobody
/// reads.
contract StrategySettings {
    using StrategyReader for IERC4626;

    uint256 private constant BPS = 10_000;

    /// @dev Each strategy is valued in every deposit and withdrawal, so there can be only a few.
    uint256 private constant MAX_STRATEGIES = 8;

    /// @dev 300,000 for reading and 500,000 for moving money: room for a vault of a few markets.
    uint8 private constant DEFAULT_READ_GAS = 6;
    uint8 private constant DEFAULT_MOVE_GAS = 10;
    uint256 private constant MIN_READ_GAS = 100_000;
    uint256 private constant MIN_MOVE_GAS = 200_000;

    /// @dev An exit reads each strategy's value, what it can pay, and takes money out. All strategies together may use
    /// so much for it that an exit stays below 10 million gas, whatever they do.
    uint256 private constant GAS_BUDGET = 9_000_000;

    /// @dev As much again in a year.
    uint32 private constant DEFAULT_YEARLY_GAIN_BPS = 10_000;

    /// @dev See {IKhipuVault.addStrategy}.
    function addStrategy(IERC4626 strategy, IKhipuVault.Caps calldata caps) external {
        VaultState.State storage state = VaultState.get();
        Strategy storage entry = state.strategies[strategy];
        if (entry.listed) revert IKhipuVault.StrategyKnown(address(strategy));
        if (state.supplyOrder.length == MAX_STRATEGIES) revert IKhipuVault.TooManyStrategies(MAX_STRATEGIES);
        // Runs as a part of the vault, which is an ERC-4626 vault itself.
        address strategyAsset = strategy.asset();
        if (strategyAsset != IERC4626(address(this)).asset()) {
            revert IKhipuVault.WrongAsset(address(strategy), strategyAsset);
        }
        if (strategy.depositable(DEFAULT_READ_GAS * StrategyLib.GAS_UNIT) == 0) {
            revert IKhipuVault.StrategyTakesNothing(address(strategy));
        }
        _requireSane(caps);
        entry.listed = true;
        entry.yearlyGainBps = DEFAULT_YEARLY_GAIN_BPS;
        (entry.readGas, entry.moveGas) = (DEFAULT_READ_GAS, DEFAULT_MOVE_GAS);
        state.supplyOrder.push(strategy);
        state.withdrawalOrder.push(strategy);
        _requireWithinBudget(state);
        emit IKhipuVault.StrategyAdded(address(strategy), caps.absolute, caps.relativeBps);
        _setCaps(strategy, entry, caps);
    }

    /// @dev See {IKhipuVault.raiseCaps}.
    function raiseCaps(IERC4626 strategy, IKhipuVault.Caps calldata caps) external {
        Strategy storage entry = _listed(strategy);
        if (caps.absolute < entry.absoluteCap || caps.relativeBps < entry.relativeCapBps) {
            revert IKhipuVault.CapsOutOfRange(caps.absolute, caps.relativeBps);
        }
        _requireSane(caps);
        _setCaps(strategy, entry, caps);
    }

    /// @dev See {IKhipuVault.lowerCaps}.
    function lowerCaps(IERC4626 strategy, IKhipuVault.Caps calldata caps) external {
        Strategy storage entry = _listed(strategy);
        if (caps.absolute > entry.absoluteCap || caps.relativeBps > entry.relativeCapBps) {
            revert IKhipuVault.CapsOutOfRange(caps.absolute, caps.relativeBps);
        }
        _setCaps(strategy, entry, caps);
    }

    /// @dev See {IKhipuVault.raiseGainLimit}.
    function raiseGainLimit(IERC4626 strategy, uint32 yearlyGainBps) external {
        Strategy storage entry = _listed(strategy);
        if (yearlyGainBps < entry.yearlyGainBps) revert IKhipuVault.GainLimitOutOfRange(yearlyGainBps);
        // The curator has looked.
        entry.gainTime = 0;
        _setGainLimit(strategy, entry, yearlyGainBps);
    }

    /// @dev See {IKhipuVault.lowerGainLimit}.
    function lowerGainLimit(IERC4626 strategy, uint32 yearlyGainBps) external {
        Strategy storage entry = _listed(strategy);
        if (yearlyGainBps > entry.yearlyGainBps) revert IKhipuVault.GainLimitOutOfRange(yearlyGainBps);
        // Nothing at once any more: what is allowed builds up from here.
        entry.gainTime = uint40(block.timestamp + GainLimit.period(yearlyGainBps));
        _setGainLimit(strategy, entry, yearlyGainBps);
    }

    /// @dev See {IKhipuVault.setGasLimits}.
    function setGasLimits(IERC4626 strategy, uint256 readGas, uint256 moveGas) external {
        VaultState.State storage state = VaultState.get();
        Strategy storage entry = _listed(strategy);
        if (readGas < MIN_READ_GAS || moveGas < MIN_MOVE_GAS || readGas + moveGas > GAS_BUDGET) {
            revert IKhipuVault.GasLimitsOutOfRange(readGas, moveGas);
        }
        bool readable = strategy.read(entry.shares, entry.readGas * StrategyLib.GAS_UNIT).readable;
        entry.readGas = uint8(readGas / StrategyLib.GAS_UNIT);
        entry.moveGas = uint8(moveGas / StrategyLib.GAS_UNIT);
        _requireWithinBudget(state);
        // What could be read must stay so: it would count as nothing for whoever leaves.
        if (readable && !strategy.read(entry.shares, entry.readGas * StrategyLib.GAS_UNIT).readable) {
            revert IKhipuVault.GasLimitsOutOfRange(readGas, moveGas);
        }
        emit IKhipuVault.GasLimitsSet(
            address(strategy),
            entry.readGas * StrategyLib.GAS_UNIT,
            entry.moveGas * StrategyLib.GAS_UNIT
        );
    }

    /// @dev See {IKhipuVault.setMarket}.
    function setMarket(IERC4626 strategy, uint8 market) external {
        _listed(strategy).market = market;
        emit IKhipuVault.MarketSet(address(strategy), market);
    }

    /// @dev See {IKhipuVault.setSupplyOrder}.
    function setSupplyOrder(IERC4626[] calldata order) external {
        VaultState.State storage state = VaultState.get();
        _requirePermutation(order);
        state.supplyOrder = order;
        emit IKhipuVault.SupplyOrderSet(order);
    }

    /// @dev See {IKhipuVault.setWithdrawalOrder}.
    function setWithdrawalOrder(IERC4626[] calldata order) external {
        VaultState.State storage state = VaultState.get();
        _requirePermutation(order);
        state.withdrawalOrder = order;
        emit IKhipuVault.WithdrawalOrderSet(order);
    }

    function _listed(IERC4626 strategy) private view returns (Strategy storage entry) {
        entry = VaultState.get().strategies[strategy];
        if (!entry.listed) revert IKhipuVault.StrategyUnknown(address(strategy));
    }

    function _requireSane(IKhipuVault.Caps calldata caps) private pure {
        if (caps.relativeBps > BPS) revert IKhipuVault.CapsOutOfRange(caps.absolute, caps.relativeBps);
    }

    function _setCaps(IERC4626 strategy, Strategy storage entry, IKhipuVault.Caps calldata caps) private {
        (entry.absoluteCap, entry.relativeCapBps) = (caps.absolute, caps.relativeBps);
        emit IKhipuVault.CapsSet(address(strategy), caps.absolute, caps.relativeBps);
    }

    function _setGainLimit(IERC4626 strategy, Strategy storage entry, uint32 yearlyGainBps) private {
        entry.yearlyGainBps = yearlyGainBps;
        emit IKhipuVault.GainLimitSet(address(strategy), yearlyGainBps);
    }

    function _requireWithinBudget(VaultState.State storage state) private view {
        uint256 sum;
        for (uint256 i = 0; i < state.supplyOrder.length; ++i) {
            Strategy storage entry = state.strategies[state.supplyOrder[i]];
            sum += (2 * uint256(entry.readGas) + entry.moveGas) * StrategyLib.GAS_UNIT;
        }
        if (sum > GAS_BUDGET) revert IKhipuVault.GasBudgetExceeded(sum, GAS_BUDGET);
    }

    /// @dev Reverts unless `order` names each strategy once. Both are short.
    function _requirePermutation(IERC4626[] calldata order) private view {
        VaultState.State storage state = VaultState.get();
        if (order.length != state.supplyOrder.length) revert IKhipuVault.NotAPermutation();
        for (uint256 i = 0; i < order.length; ++i) {
            if (!state.strategies[order[i]].listed) revert IKhipuVault.NotAPermutation();
            for (uint256 j = 0; j < i; ++j) {
                if (order[i] == order[j]) revert IKhipuVault.NotAPermutation();
            }
        }
    }
}
