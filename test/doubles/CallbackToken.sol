// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice A token that calls whoever asked for it, before and after the money moves, from or to them.
contract CallbackToken is ERC20 {
    mapping(address account => bool called) public calls;

    constructor() ERC20("Callback", "CALL") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @notice Asks to be called.
    function callMe() external {
        calls[msg.sender] = true;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (calls[from]) ITokenCallback(from).onTokensMoved();
        super._update(from, to, value);
        if (calls[to]) ITokenCallback(to).onTokensMoved();
    }
}

interface ITokenCallback {
    function onTokensMoved() external;
}
