// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {CallbackToken, ITokenCallback} from "./CallbackToken.sol";

/// @notice Makes one call, and another one as soon as its tokens move in it.
contract Reentrant is ITokenCallback {
    address private _target;
    bytes private _call;

    /// @notice How often the other call was made.
    uint256 public attempts;
    /// @notice What the last of them reverted with; empty when it went through.
    bytes public refusal;

    constructor(CallbackToken asset) {
        asset.callMe();
    }

    function act(address target, bytes calldata data) external {
        Address.functionCall(target, data);
    }

    function actTwice(address target, bytes calldata first, bytes calldata second) external {
        (_target, _call) = (target, second);
        Address.functionCall(target, first);
        (_target, _call) = (address(0), "");
    }

    function onTokensMoved() external {
        if (_target == address(0)) return;
        ++attempts;
        (bool done, bytes memory reason) = _target.call(_call);
        refusal = done ? bytes("") : reason;
    }
}
