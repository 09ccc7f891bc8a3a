// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";

/// @notice For a handler: counts how often random actions reach each state that matters.
abstract contract ReachedStates {
    error UnknownState(string state);

    string[] private _states;

    /// @dev By state: how often it was reached, and one.
    mapping(string state => uint256 timesAndOne) private _reached;

    /// @param states A list, one state a line.
    constructor(string[] memory states) {
        _states = states;
        for (uint256 i = 0; i < states.length; ++i) _reached[states[i]] = 1;
    }

    /// @notice Each state and how often it was reached.
    function reachedStates() external view returns (string[] memory states, uint256[] memory times) {
        states = _states;
        times = new uint256[](states.length);
        for (uint256 i = 0; i < states.length; ++i) times[i] = _reached[states[i]] - 1;
    }

    function _count(string memory state) internal {
        if (_reached[state] == 0) revert UnknownState(state);
        ++_reached[state];
    }
}

/// @notice For a contract with invariants. A campaign starts each of its runs from the same state, so that nothing in it
/// knows the sum of all: each run notes in a file what it reached. `scripts/campaigns.ts` prints the sums after
/// `hardhat test solidity`, and fails where a state was never reached.
abstract contract Campaign is Test {
    string private _file;

    /// @dev To be called in `setUp`.
    function _beginCampaign(string memory name) internal {
        _file = string.concat("cache/campaigns/", name, ".jsonl");
    }

    /// @dev To be called in `afterInvariant`.
    function _noteRun(ReachedStates handler) internal {
        (string[] memory states, uint256[] memory times) = handler.reachedStates();
        string memory line = "";
        for (uint256 i = 0; i < states.length; ++i) {
            line = string.concat(line, i == 0 ? "" : ",", '"', states[i], '":', vm.toString(times[i]));
        }
        vm.writeLine(_file, string.concat("{", line, "}"));
    }
}
