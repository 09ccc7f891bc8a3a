// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Sums over the entries from the first to some entry, in one word: of their amounts in the lower 112 bits, of
/// amount x time of purchase in the upper 144. With seconds in 32 bits the second cannot overflow before the first, and
/// the first is checked where an entry is added: so whole words can be added, and what is a part be subtracted.
type Sums is uint256;

using {add as +, subtract as -} for Sums global;
using SumsLib for Sums global;

function add(Sums a, Sums b) pure returns (Sums) {
    unchecked {
        return Sums.wrap(Sums.unwrap(a) + Sums.unwrap(b));
    }
}

/// @dev Of a whole and a part of it only.
function subtract(Sums whole, Sums part) pure returns (Sums) {
    unchecked {
        return Sums.wrap(Sums.unwrap(whole) - Sums.unwrap(part));
    }
}

/// @title SumsLib
/// @notice What is in the word.
library SumsLib {
    uint256 private constant AMOUNT_BITS = 112;

    /// @dev No sum of amounts is above this. Above it is one more value, so that {TicketBook} can store a sum plus one.
    uint256 private constant MOST = type(uint112).max - 1;

    /// @notice So much money cannot be counted.
    error TooMuchMoney(uint256 amount);

    /// @notice Of a part of one entry, which is in the sums already.
    function sumOf(uint256 money, uint256 time) internal pure returns (Sums) {
        return Sums.wrap(((money * time) << AMOUNT_BITS) | money);
    }

    /// @notice With one more entry.
    function with(Sums sums, uint256 more, uint256 time) internal pure returns (Sums) {
        uint256 all = amount(sums) + more;
        if (all > MOST) revert TooMuchMoney(all);
        return sums + sumOf(more, time);
    }

    function amount(Sums sums) internal pure returns (uint256) {
        return uint112(Sums.unwrap(sums));
    }

    function moment(Sums sums) internal pure returns (uint256) {
        return Sums.unwrap(sums) >> AMOUNT_BITS;
    }
}
