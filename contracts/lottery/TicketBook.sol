// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Span} from "./Span.sol";
import {Sums, SumsLib} from "./Sums.sol";

/// @notice One purchase.
/// @param player Whose tickets these are.
/// @param amount What has not been redeemed.
/// @param sums Over all entries up to this one, as they were bought. They never change, so buying needs no more than
/// the entry before.
struct Entry {
    address player;
    uint96 amount;
    Sums sums;
}

/// @param count How many entries there are. They are numbered from 1, in order of purchase.
/// @param round The round whose weights are frozen until its draw is over; 0 when none is.
/// @param last The last entry of that round.
/// @param touched Whether anything of that round was redeemed since it was frozen.
/// @param closed Whether no entry can be added any more.
/// @param entries By number. Number 0 is empty.
/// @param redeemed What was redeemed, as a Fenwick tree: node n sums the n & -n entries up to n.
/// @param frozen For nodes that changed since the round was frozen: the sums from before plus one, so that an empty sum
/// can be told from none.
struct TicketBook {
    uint32 count;
    uint32 round;
    uint32 last;
    bool touched;
    bool closed;
    mapping(uint256 number => Entry entry) entries;
    mapping(uint256 node => Sums sums) redeemed;
    mapping(uint256 round => mapping(uint256 node => uint256 sumsPlusOne)) frozen;
}

using TicketBookLib for TicketBook global;

/// @title TicketBookLib
/// @notice Who had how much in for how long. An entry weighs what is left of it, times the seconds it was in the round.
/// Buying costs the same whatever the number of entries; redeeming, closing and finding cost its logarithm.
library TicketBookLib {
    using SafeCast for uint256;

    /// @notice The lottery was wound down: redeem tickets and claim prizes.
    error WoundDown();

    /// @notice Adds an entry.
    /// @return number Its number.
    function append(
        TicketBook storage book,
        address player,
        uint256 amount
    ) internal returns (uint256 number) {
        (uint256 count, bool closed) = (book.count, book.closed);
        if (closed) revert WoundDown();
        number = count + 1;
        book.count = number.toUint32();
        // The tree doubles. Its new root covers what the old one did: the entries that it has more are new.
        if (count > 0 && count & (count - 1) == 0) book.redeemed[2 * count] = book.redeemed[count];
        Sums sums = book.entries[count].sums.with(amount, block.timestamp.toUint32());
        book.entries[number] = Entry(player, amount.toUint96(), sums);
    }

    /// @notice Takes a part of an entry out. Weights of a frozen round stay as they are.
    /// @param amount At most what is left of the entry.
    /// @return left What is left of it then.
    function redeem(TicketBook storage book, uint256 number, uint256 amount) internal returns (uint256 left) {
        Entry storage entry = book.entries[number];
        left = entry.amount - amount;
        entry.amount = uint96(left);
        Sums out = SumsLib.sumOf(amount, boughtAt(book, number));
        (uint256 round, uint256 last) = (book.round, book.last);
        if (round != 0 && number <= last && !book.touched) book.touched = true;
        uint256 root = _root(book.count);
        for (uint256 node = number; node <= root; node += _span(node)) {
            Sums sums = book.redeemed[node];
            if (round != 0 && node <= last && book.frozen[round][node] == 0) {
                book.frozen[round][node] = Sums.unwrap(sums) + 1;
            }
            book.redeemed[node] = sums + out;
        }
    }

    /// @notice Freezes the weights of all entries so far for a round.
    function freeze(TicketBook storage book, uint256 round) internal {
        (book.round, book.last, book.touched) = (round.toUint32(), book.count, false);
    }

    /// @notice Ends that.
    function unfreeze(TicketBook storage book) internal {
        book.round = 0;
    }

    /// @notice When an entry was bought.
    function boughtAt(TicketBook storage book, uint256 number) internal view returns (uint256) {
        Sums own = book.entries[number].sums - book.entries[number - 1].sums;
        return own.moment() / own.amount();
    }

    /// @notice For how many seconds an entry was in a round.
    function secondsIn(
        TicketBook storage book,
        Span memory span,
        uint256 number
    ) internal view returns (uint256) {
        if (number <= span.before) return span.end - span.start;
        return number <= span.last ? span.end - boughtAt(book, number) : 0;
    }

    /// @notice Sums from the first entry to this one, without what was redeemed.
    function liveUntil(TicketBook storage book, uint256 number) internal view returns (Sums live) {
        live = book.entries[number].sums;
        for (uint256 node = number; node > 0; node -= _span(node)) live = live - book.redeemed[node];
    }

    /// @notice The entry at a place in the frozen round's line, in which the entries lie one after the other, each as
    /// long as it weighs.
    /// @param place Less than the weight of the whole round.
    /// @return number The entry's.
    /// @return live Whether the very unit of money that lies at this place is still in.
    function find(
        TicketBook storage book,
        Span memory span,
        uint256 place
    ) internal view returns (uint256 number, bool live) {
        // Only where anything was redeemed since can the sums from before be others than those of now.
        uint256 round = book.touched ? book.round : 0;
        uint256 before;
        Sums gone;
        for (uint256 step = 1 << Math.log2(span.last); step > 0; step >>= 1) {
            uint256 next = number + step;
            if (next > span.last) continue;
            Sums goneThen = gone + _redeemedAt(book, round, next);
            uint256 weight = span.weightUntil(next, book.entries[next].sums - goneThen);
            if (weight <= place) (number, before, gone) = (next, weight, goneThen);
        }
        ++number;
        live = (place - before) / secondsIn(book, span, number) < book.entries[number].amount;
    }

    /// @dev What was redeemed of a node's entries: before the round was frozen, if there is one.
    function _redeemedAt(TicketBook storage book, uint256 round, uint256 node) private view returns (Sums) {
        uint256 kept = round == 0 ? 0 : book.frozen[round][node];
        return kept == 0 ? book.redeemed[node] : Sums.wrap(kept - 1);
    }

    /// @dev How many entries a node sums: its lowest bit.
    function _span(uint256 node) private pure returns (uint256) {
        return node & (~node + 1);
    }

    /// @dev The smallest power of two that is not below the count: the node over all entries.
    function _root(uint256 count) private pure returns (uint256) {
        return 1 << Math.log2(count, Math.Rounding.Ceil);
    }
}
