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

    function s_config() external pure returns (uint16 minimumRequestConfirmations, uint32 maxGasLimit) {
        return (3, 2_500_000);
    }

    function s_provingKeys(bytes32) external pure returns (bool exists, uint64 maxGas) {
        return (true, type(uint64).max);
    }

    function MAX_REQUEST_CONFIRMATIONS() external pure returns (uint16) {
        return 200;
    }

    function fundSubscriptionWithNative(uint256) external payable {}

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
