// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {SignedBy} from "../permit/SignedBy.sol";
import {IERC20PermitBytes} from "../permit/IERC20PermitBytes.sol";

/// @title FaucetToken
/// @notice Play money for local and test networks: anybody may mint any amount, so it must never be worth anything.
contract FaucetToken is ERC20, ERC20Permit, IERC20PermitBytes {
    bytes32 private constant PERMIT_TYPEHASH = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    );

    /// @notice What one call of {drip} mints, in the token's smallest unit.
    uint256 public immutable dripAmount;

    uint8 private immutable _tokenDecimals;

    /// @param name_ The token's name.
    /// @param symbol_ The token's ticker symbol.
    /// @param decimals_ How many decimals a unit has.
    /// @param dripAmount_ What one call of {drip} mints.
    constructor(
        string memory name_,
        string memory symbol_,
        uint8 decimals_,
        uint256 dripAmount_
    ) ERC20(name_, symbol_) ERC20Permit(name_) {
        _tokenDecimals = decimals_;
        dripAmount = dripAmount_;
    }

    /// @notice Mints {dripAmount} to `to`.
    /// @param to Who gets the tokens.
    function drip(address to) external {
        _mint(to, dripAmount);
    }

    /// @notice Mints any amount; the yield source of test networks pays its yield this way.
    /// @param to Who gets the tokens.
    /// @param amount How many, in the smallest unit.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @inheritdoc IERC20PermitBytes
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        bytes calldata signature
    ) external {
        if (block.timestamp > deadline) revert ERC2612ExpiredSignature(deadline);
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(PERMIT_TYPEHASH, owner, spender, value, _useNonce(owner), deadline))
        );
        if (!SignedBy.isSignedBy(digest, owner, signature)) {
            revert ERC2612InvalidSigner(address(0), owner);
        }
        _approve(owner, spender, value);
    }

    /// @inheritdoc ERC20
    function decimals() public view override returns (uint8) {
        return _tokenDecimals;
    }
}
