// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {VRFV2PlusClient} from "@chainlink/contracts/src/v0.8/vrf/dev/libraries/VRFV2PlusClient.sol";
import {IVrfConsumer} from "../../contracts/lottery/IVrfConsumer.sol";

/// @notice What a coordinator must never be: it answers when, what and as often as one likes.
contract FickleCoordinator {
    uint256 public requests;

    function createSubscription() external pure returns (uint256) {
        return 1;
    }

    function addConsumer(uint256, address) external {}

    function requestRandomWords(VRFV2PlusClient.RandomWordsRequest calldata) external returns (uint256) {
        return ++requests;
    }

    function answer(IVrfConsumer consumer, uint256 requestId, uint256 word) external {
        uint256[] memory words = new uint256[](1);
        words[0] = word;
        consumer.rawFulfillRandomWords{gas: 100_000}(requestId, words);
    }
}
