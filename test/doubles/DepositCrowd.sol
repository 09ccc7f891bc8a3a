// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SavingsPool} from "../../contracts/savings/SavingsPool.sol";

/// @notice Saves for one person after the other, many in a transaction.
contract DepositCrowd {
    /// @dev Above the addresses that mean something.
    uint256 private constant FIRST_PERSON = 0x10000;

    SavingsPool private immutable _savings;

    constructor(SavingsPool savings) {
        _savings = savings;
        savings.asset().approve(address(savings), type(uint256).max);
    }

    function deposit(uint256 first, uint256 times, uint256 assets) external {
        for (uint256 i = first; i < first + times; ++i) {
            _savings.deposit(assets, address(uint160(FIRST_PERSON + i)), 0);
        }
    }
}
