// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IKhipuVault} from "../vault/IKhipuVault.sol";

/// @title IVaultPool
/// @notice What all pools share: one vault and one asset.
interface IVaultPool {
    /// @notice The amount must not be zero.
    error ZeroAmount();

    /// @notice The share price moved: more shares than the caller accepts.
    error TooManyShares(uint256 shares, uint256 maxShares);

    /// @notice Uses an EIP-2612 permit of the asset for this pool, where the allowance does not suffice already. For
    /// {Multicall}: first the permit, then what it is for.
    /// @param assets How much the pool may take from the caller.
    /// @param deadline Until when the permit holds.
    /// @param v Signature.
    /// @param r Signature.
    /// @param s Signature.
    function usePermit(uint256 assets, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice The same for an asset whose permit takes any signature, so that a wallet that is a contract can sign.
    /// @param assets How much the pool may take from the caller.
    /// @param deadline Until when the permit holds.
    /// @param signature The caller's, ERC-1271 included.
    function usePermit(uint256 assets, uint256 deadline, bytes calldata signature) external;

    /// @notice Where the savings are.
    function vault() external view returns (IKhipuVault);

    /// @notice What is saved.
    function asset() external view returns (IERC20);
}
