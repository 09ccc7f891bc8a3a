// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {PermitOrAllowance} from "../permit/PermitOrAllowance.sol";
import {IKhipuVault} from "../vault/IKhipuVault.sol";
import {IVaultPool} from "./IVaultPool.sol";

/// @title VaultPool
/// @notice What all pools share: one vault, one asset, and how money gets from a person into the vault.
abstract contract VaultPool is IVaultPool, Multicall, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc IVaultPool
    IKhipuVault public immutable vault;

    /// @inheritdoc IVaultPool
    IERC20 public immutable asset;

    constructor(IKhipuVault vault_) {
        vault = vault_;
        asset = IERC20(vault_.asset());
        // Only deposits that the pool itself makes draw on this, also where it holds assets between two calls.
        asset.forceApprove(address(vault_), type(uint256).max);
    }

    /// @inheritdoc IVaultPool
    function usePermit(uint256 assets, uint256 deadline, uint8 v, bytes32 r, bytes32 s) public {
        PermitOrAllowance.ensure(address(asset), assets, deadline, v, r, s);
    }

    /// @inheritdoc IVaultPool
    function usePermit(uint256 assets, uint256 deadline, bytes calldata signature) external {
        PermitOrAllowance.ensure(address(asset), assets, deadline, signature);
    }

    /// @dev Takes the caller's money to the vault. An asset that keeps a fee fails at the second of the two transfers.
    function _buyShares(uint256 assets, uint256 minShares) internal returns (uint256 shares) {
        if (assets == 0) revert ZeroAmount();
        asset.safeTransferFrom(msg.sender, address(this), assets);
        return vault.deposit(assets, address(this), minShares);
    }

    /// @dev Pays with shares that were priced in this transaction. The vault burns exactly those, and the price has not
    /// moved since, unless a strategy answers otherwise from one moment to the next: then whoever takes them bears it.
    function _sellShares(uint256 shares, address receiver, uint256 minAssets) internal {
        vault.redeem(shares, receiver, address(this), minAssets);
    }

    function _sendShares(uint256 shares, address receiver) internal {
        IERC20(address(vault)).safeTransfer(receiver, shares);
    }
}
