// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IRotatingPools} from "../../contracts/circles/IRotatingPools.sol";
import {FaucetToken} from "../../contracts/testnet/FaucetToken.sol";

/// @notice Lets the same few members play many circles side by side, many steps in one transaction. It pays for them
/// all, and invites whoever asks.
contract CircleStage is IERC1271 {
    IRotatingPools private immutable _circles;
    FaucetToken private immutable _asset;

    Puppet[] public puppets;

    constructor(IRotatingPools circles, uint256 members) {
        _circles = circles;
        _asset = FaucetToken(address(circles.asset()));
        _asset.approve(address(circles), type(uint256).max);
        for (uint256 i = 0; i < members; ++i) puppets.push(new Puppet(circles));
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

    /// @notice For each circle, from `first` on, each member whose letter is `act` pays all that they can.
    /// @param acts One letter for each member of each circle.
    function pay(uint256 first, uint256 members, bytes calldata acts, bytes1 act) external {
        for (uint256 i = 0; i < acts.length; ++i) {
            if (acts[i] != act) continue;
            address member = address(puppets[i % members]);
            uint256 circleId = first + i / members;
            (uint256 arrears, uint256 due, uint256 penalty) = _circles.dueOf(circleId, member);
            uint256 assets = arrears + due;
            if (assets == 0) continue;
            _asset.mint(address(this), assets + penalty);
            _circles.contribute(circleId, member, assets, penalty);
        }
    }

    function settle(uint256 first, uint256 count) external {
        for (uint256 i = 0; i < count; ++i) _circles.settle(first + i, 1);
    }

    /// @notice Everybody takes out what they can.
    function claim(uint256 first, uint256 count, uint256 members) external {
        for (uint256 i = 0; i < count * members; ++i) puppets[i % members].claim(first + i / members);
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return this.isValidSignature.selector;
    }

    /// @notice Every member of each circle, and the circle's state.
    function look(
        uint256 first,
        uint256 count,
        uint256 members
    ) external view returns (IRotatingPools.Member[][] memory all, IRotatingPools.State[] memory states) {
        all = new IRotatingPools.Member[][](count);
        states = new IRotatingPools.State[](count);
        for (uint256 i = 0; i < count; ++i) {
            states[i] = _circles.circleOf(first + i).state;
            all[i] = new IRotatingPools.Member[](members);
            for (uint256 seat = 0; seat < members; ++seat) {
                all[i][seat] = _circles.memberOf(first + i, address(puppets[seat]));
            }
        }
    }
}

contract Puppet {
    IRotatingPools private immutable _circles;

    constructor(IRotatingPools circles) {
        _circles = circles;
        circles.asset().approve(address(circles), type(uint256).max);
    }

    function join(uint256 circleId) external {
        _circles.joinWithInvitation(circleId, _circles.termsHashOf(circleId), block.timestamp, "");
    }

    function claim(uint256 circleId) external {
        try _circles.claim(circleId, address(this), 0) {} catch {}
    }
}
