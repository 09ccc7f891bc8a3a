// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Sums} from "./Sums.sol";

/// @notice What a closed round's weights follow from.
/// @param start When it started.
/// @param end When it was closed.
/// @param before The last entry from before its start: it and all earlier ones were in for the whole round.
/// @param last The last entry that takes part.
/// @param base Sums up to `before`, without what was redeemed.
struct Span {
    uint256 start;
    uint256 end;
    uint256 before;
    uint256 last;
    Sums base;
}

using SpanLib for Span global;

/// @title SpanLib
/// @notice Weights in a closed round.
library SpanLib {
    /// @notice What the entries from the first to this one weigh together.
    /// @param live Their sums, without what was redeemed.
    function weightUntil(Span memory span, uint256 number, Sums live) internal pure returns (uint256) {
        // Amounts have 112 bits and times 32, and no entry that takes part was bought after the end, so that the moment
        // of the later ones is at most their amount times the end.
        unchecked {
            uint256 length = span.end - span.start;
            if (number <= span.before) return live.amount() * length;
            Sums later = live - span.base;
            return span.base.amount() * length + later.amount() * span.end - later.moment();
        }
    }
}
