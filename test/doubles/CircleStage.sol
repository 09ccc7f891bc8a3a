// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IRotatingPools} from "../../contracts/circles/IRotatingPools.sol";
import {FaucetToken} from "../../contracts/testnet/FaucetToken.sol";

/// @notice Lets the same few members play many circles side by side, many steps in one transaction. It pays for them
/// all, and invites whoever asks.
///
/// Circles are numbered from `first` on. `order` has one byte for each member, their seat: who acts after whom. `who`
/// has one byte for each seat of each circle, which is not zero if the member does it.
contract CircleStage is IERC1271 {
    /// @dev All that the contract knows of a circle but its terms, and what each member has taken out.
    struct Books {
        IRotatingPools.State state;
        uint256 settled;
        address[] queue;
        uint256 cash;
        uint256 shares;
        address leader;
        uint256 discount;
        uint256 sealedBids;
        uint256 penalties;
        IRotatingPools.Member[] members;
        uint256[] takenOut;
    }

    IRotatingPools private immutable _circles;
    FaucetToken private immutable _asset;

    Puppet[] public puppets;

    constructor(IRotatingPools circles) {
        _circles = circles;
        _asset = FaucetToken(address(circles.asset()));
        _asset.approve(address(circles), type(uint256).max);
    }

    /// @notice Makes more members; ten fit into a transaction.
    function hire(uint256 members) external {
        for (uint256 i = 0; i < members; ++i) puppets.push(new Puppet(_circles));
    }

    /// @notice Creates circles, and fills each in the order of the puppets.
    function open(IRotatingPools.Terms calldata terms, uint256 count) external {
        for (uint256 i = 0; i < count; ++i) {
            uint256 circleId = _circles.createCircle(terms, false);
            for (uint256 seat = 0; seat < terms.members; ++seat) {
                _asset.mint(address(puppets[seat]), terms.collateral);
                puppets[seat].join(circleId);
            }
        }
    }

    /// @notice Members pay all that they can.
    function pay(uint256 first, bytes calldata order, bytes calldata who) external {
        for (uint256 i = 0; i < who.length; ++i) {
            (uint256 circleId, uint256 seat, bool acts) = _turn(i, first, order, who);
            if (!acts) continue;
            address member = address(puppets[seat]);
            (uint256 arrears, uint256 due, uint256 penalty) = _circles.dueOf(circleId, member);
            uint256 assets = arrears + due;
            if (assets == 0) continue;
            _asset.mint(address(this), assets + penalty);
            _circles.contribute(circleId, member, _circles.circleOf(circleId).settled, assets, penalty);
        }
    }

    /// @notice Members bid, as far as they may.
    function bid(
        uint256 first,
        bytes calldata order,
        bytes calldata who,
        uint256 deposit,
        uint256[] calldata discounts
    ) external {
        for (uint256 i = 0; i < who.length; ++i) {
            (uint256 circleId, uint256 seat, bool acts) = _turn(i, first, order, who);
            if (!acts) continue;
            _asset.mint(address(puppets[seat]), deposit);
            puppets[seat].bid(circleId, discounts[seat]);
        }
    }

    /// @notice Those who could bid reveal what.
    function reveal(
        uint256 first,
        bytes calldata order,
        bytes calldata who,
        uint256[] calldata discounts
    ) external {
        for (uint256 i = 0; i < who.length; ++i) {
            (uint256 circleId, uint256 seat, bool acts) = _turn(i, first, order, who);
            if (acts) puppets[seat].reveal(circleId, discounts[seat]);
        }
    }

    function settle(uint256 first, uint256 count) external {
        for (uint256 i = 0; i < count; ++i) _circles.settle(first + i, 1);
    }

    /// @notice Everybody takes out what they can.
    function claim(uint256 first, uint256 count, bytes calldata order) external {
        for (uint256 i = 0; i < count * order.length; ++i) {
            puppets[uint8(order[i % order.length])].claim(first + i / order.length);
        }
    }

    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return IERC1271.isValidSignature.selector;
    }

    function look(uint256 first, uint256 count) external view returns (Books[] memory all) {
        all = new Books[](count);
        for (uint256 i = 0; i < count; ++i) _look(first + i, all[i]);
    }

    function _look(uint256 circleId, Books memory books) private view {
        IRotatingPools.Circle memory circle = _circles.circleOf(circleId);
        (books.state, books.settled) = (circle.state, circle.settled);
        books.queue = _circles.queueOf(circleId);
        (books.cash, books.shares) = _circles.holdingsOf(circleId);
        (books.leader, books.discount, books.sealedBids, books.penalties) = _circles.roundOf(circleId);
        books.members = new IRotatingPools.Member[](circle.members);
        books.takenOut = new uint256[](circle.members);
        for (uint256 seat = 0; seat < circle.members; ++seat) {
            books.members[seat] = _circles.memberOf(circleId, address(puppets[seat]));
            books.takenOut[seat] = puppets[seat].takenOut(circleId);
        }
    }

    function _turn(
        uint256 i,
        uint256 first,
        bytes calldata order,
        bytes calldata who
    ) private pure returns (uint256 circleId, uint256 seat, bool acts) {
        circleId = first + i / order.length;
        seat = uint8(order[i % order.length]);
        acts = who[i - (i % order.length) + seat] != 0;
    }
}

contract Puppet {
    IRotatingPools private immutable _circles;

    mapping(uint256 circleId => uint256 assets) public takenOut;

    constructor(IRotatingPools circles) {
        _circles = circles;
        circles.asset().approve(address(circles), type(uint256).max);
    }

    function join(uint256 circleId) external {
        _circles.joinWithInvitation(circleId, _circles.termsHashOf(circleId), block.timestamp, "");
    }

    function bid(uint256 circleId, uint256 discount) external {
        try _circles.commitBid(circleId, _sealed(circleId, discount)) {} catch {}
    }

    function reveal(uint256 circleId, uint256 discount) external {
        try _circles.revealBid(circleId, discount, 0) {} catch {}
    }

    function claim(uint256 circleId) external {
        uint256 before = _circles.asset().balanceOf(address(this));
        try _circles.claim(circleId, address(this), 0) {} catch {}
        takenOut[circleId] += _circles.asset().balanceOf(address(this)) - before;
    }

    function _sealed(uint256 circleId, uint256 discount) private view returns (bytes32) {
        return _circles.sealBid(circleId, _circles.circleOf(circleId).settled, address(this), discount, 0);
    }
}
