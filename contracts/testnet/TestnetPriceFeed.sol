// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MockV3Aggregator} from "@chainlink/contracts/src/v0.8/shared/mocks/MockV3Aggregator.sol";

/// @title TestnetPriceFeed
/// @notice Chainlink's mock of an aggregator, which keeps quiet, with the event of a real one. Anybody may set the
/// price. Never for a network where money is real.
contract TestnetPriceFeed is MockV3Aggregator {
    /// @param decimals_ How many decimals an answer has; feeds in US dollars have 8.
    /// @param firstAnswer The first price.
    constructor(uint8 decimals_, int256 firstAnswer) MockV3Aggregator(decimals_, firstAnswer) {
        emit AnswerUpdated(firstAnswer, latestRound, block.timestamp);
    }

    /// @notice Answers with another price from now on.
    function setPrice(int256 newAnswer) external {
        updateAnswer(newAnswer);
        emit AnswerUpdated(newAnswer, latestRound, block.timestamp);
    }
}
