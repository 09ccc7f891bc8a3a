// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FaucetToken} from "../../contracts/testnet/FaucetToken.sol";

/// @notice A token whose issuer can block accounts, as large stablecoins can.
contract BlockingToken is FaucetToken {
    error Blocked(address account);

    mapping(address account => bool isBlocked) public blocked;

    constructor(uint8 decimals) FaucetToken("Blocking", "BLOCK", decimals, 1) {}

    function setBlocked(address account, bool isBlocked) external {
        blocked[account] = isBlocked;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (blocked[from]) revert Blocked(from);
        if (blocked[to]) revert Blocked(to);
        super._update(from, to, value);
    }
}
