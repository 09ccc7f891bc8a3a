// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IERC20PermitBytes
/// @notice The permit that takes a signature of any form, as large stablecoins have it beside the one of EIP-2612.
interface IERC20PermitBytes {
    /// @notice Sets an allowance by its owner's signature, ERC-1271 included.
    /// @param owner Whose tokens.
    /// @param spender Who may take them.
    /// @param value How many.
    /// @param deadline Until when the signature holds.
    /// @param signature The owner's, over the EIP-2612 struct.
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        bytes calldata signature
    ) external;
}
