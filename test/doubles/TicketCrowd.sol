// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {LotteryPool} from "../../contracts/lottery/LotteryPool.sol";

/// @notice Buys many tickets in one transaction, each as a purchase of its own.
contract TicketCrowd {
    LotteryPool private immutable _lottery;

    constructor(LotteryPool lottery) {
        _lottery = lottery;
        lottery.asset().approve(address(lottery), type(uint256).max);
    }

    function buy(uint256 times, uint256 assets) external {
        for (uint256 i = 0; i < times; ++i) _lottery.buyTickets(assets, address(this), 0);
    }

    function redeem(uint256 entry, uint256 assets) external {
        _lottery.redeemTickets(entry, assets, address(this), 0);
    }
}
