// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Sums over the entries from the first to some entry: of their amounts, and of amount x time of purchase. One
/// storage slot; with seconds in 32 bits the second sum cannot overflow before the first.
struct Sums {
    uint112 amount;
    uint144 moment;
}

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
    function weightUntil(Span memory span, uint256 number, Sums memory live) internal pure returns (uint256) {
        uint256 length = span.end - span.start;
        if (number <= span.before) return live.amount * length;
        uint256 later = uint256(live.amount - span.base.amount) * span.end;
        return span.base.amount * length + later - (live.moment - span.base.moment);
    }
}
