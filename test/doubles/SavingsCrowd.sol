// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {LotteryPool} from "../../contracts/lottery/LotteryPool.sol";
import {SavingsPool} from "../../contracts/savings/SavingsPool.sol";

/// @notice Pays for many people's deposits and tickets in one transaction.
contract SavingsCrowd {
    /// @dev Above the addresses that mean something.
    uint256 private constant FIRST_PERSON = 0x10000;

    SavingsPool private immutable _savings;
    LotteryPool private immutable _lottery;

    constructor(SavingsPool savings, LotteryPool lottery) {
        _savings = savings;
        _lottery = lottery;
        savings.asset().approve(address(savings), type(uint256).max);
        savings.asset().approve(address(lottery), type(uint256).max);
    }

    /// @notice Three deposits for each purchase of tickets, each for the next person.
    function act(uint256 first, uint256 times, uint256 people, uint256 assets) external {
        for (uint256 i = first; i < first + times; ++i) {
            address person = address(uint160(FIRST_PERSON + ((i * 7919) % people)));
            if (i % 4 == 3) _lottery.buyTickets(assets, person, 0);
            else _savings.deposit(assets, person, 0);
        }
    }
}
