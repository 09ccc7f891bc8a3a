// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {PayoutQueue} from "../../../contracts/circles/PayoutQueue.sol";

/// @notice What is true of the order of payout, by itself.
contract PayoutQueueTest is Test {
    using PayoutQueue for address[];

    uint256 private constant WORDS = 6_000;

    address[] private queue;

    function _fill(uint256 members) private {
        delete queue;
        for (uint256 i = 0; i < members; ++i) queue.push(address(uint160(i + 1)));
    }

    /// Shuffling loses nobody and doubles nobody.
    function testFuzz_shuffleKeepsEverybody(uint256 word, uint256 members) public {
        members = bound(members, 2, 50);
        _fill(members);
        queue.shuffle(word);
        bool[] memory seen = new bool[](members);
        for (uint256 i = 0; i < members; ++i) {
            uint256 who = uint160(queue[i]) - 1;
            assertFalse(seen[who], "twice");
            seen[who] = true;
        }
    }

    /// Each of the six orders of three members comes up as often as the others: chi squared over 6,000 words is below
    /// 20.5, which chance exceeds once in a thousand times. The words are always the same.
    function test_everyOrderHasTheSameChance() public {
        uint256[6] memory counts;
        for (uint256 word = 0; word < WORDS; ++word) {
            _fill(3);
            queue.shuffle(uint256(keccak256(abi.encode(word))));
            uint256 first = uint160(queue[0]) - 1;
            ++counts[first * 2 + (queue[1] < queue[2] ? 0 : 1)];
        }
        uint256 squares;
        for (uint256 i = 0; i < 6; ++i) {
            uint256 off = counts[i] > WORDS / 6 ? counts[i] - WORDS / 6 : WORDS / 6 - counts[i];
            squares += off * off;
        }
        assertLt((squares * 10) / (WORDS / 6), 205, "some orders are likelier");
    }

    /// Who leaves is gone, and the others keep their order.
    function testFuzz_removeKeepsTheOrder(uint256 members, uint256 place) public {
        members = bound(members, 1, 50);
        place = bound(place, 0, members - 1);
        _fill(members);
        queue.remove(address(uint160(place + 1)));
        assertEq(queue.length, members - 1, "length");
        for (uint256 i = 0; i + 1 < members; ++i) {
            assertEq(queue[i], address(uint160(i < place ? i + 1 : i + 2)), "order");
        }
    }

    /// Who is called up goes in front of those who wait, who keep their order, as do those who were served.
    function testFuzz_advanceKeepsTheOrder(uint256 members, uint256 from, uint256 to) public {
        members = bound(members, 1, 50);
        from = bound(from, 0, members - 1);
        to = bound(to, 0, from);
        _fill(members);
        queue.advance(from, to);
        for (uint256 i = 0; i < members; ++i) {
            uint256 who =
                i < to || i > from
                    ? i
                    : i == to
                        ? from
                        : i - 1;
            assertEq(queue[i], address(uint160(who + 1)), "order");
        }
        assertEq(queue.placeOf(to, address(uint160(from + 1))), to, "place");
    }
}
