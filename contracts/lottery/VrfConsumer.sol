// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IVRFCoordinatorV2Plus} from "@chainlink/contracts/src/v0.8/vrf/dev/interfaces/IVRFCoordinatorV2Plus.sol";
import {VRFV2PlusClient} from "@chainlink/contracts/src/v0.8/vrf/dev/libraries/VRFV2PlusClient.sol";
import {IVrfConsumer} from "./IVrfConsumer.sol";

/// @title VrfConsumer
/// @notice See {IVrfConsumer}.
abstract contract VrfConsumer is IVrfConsumer {
    /// @inheritdoc IVrfConsumer
    IVRFCoordinatorV2Plus public immutable coordinator;

    /// @inheritdoc IVrfConsumer
    uint256 public immutable subscription;

    /// @inheritdoc IVrfConsumer
    bytes32 public immutable keyHash;

    /// @inheritdoc IVrfConsumer
    uint16 public immutable confirmations;

    /// @inheritdoc IVrfConsumer
    uint32 public immutable callbackGas;

    /// @inheritdoc IVrfConsumer
    bool public immutable nativePayment;

    constructor(Vrf memory vrf) {
        if (address(vrf.coordinator).code.length == 0) revert CoordinatorUnknown(address(vrf.coordinator));
        coordinator = vrf.coordinator;
        keyHash = vrf.keyHash;
        confirmations = vrf.confirmations;
        callbackGas = vrf.callbackGas;
        nativePayment = vrf.nativePayment;
        subscription = vrf.coordinator.createSubscription();
        vrf.coordinator.addConsumer(subscription, address(this));
    }

    /// @inheritdoc IVrfConsumer
    function rawFulfillRandomWords(uint256 requestId, uint256[] calldata words) external {
        if (msg.sender != address(coordinator)) revert OnlyCoordinator(msg.sender, address(coordinator));
        // The coordinator delivers as many words as were asked for: one.
        _receiveWord(requestId, words[0]);
    }

    function _requestWord() internal returns (uint256 requestId) {
        return
            coordinator.requestRandomWords(
                VRFV2PlusClient.RandomWordsRequest({
                    keyHash: keyHash,
                    subId: subscription,
                    requestConfirmations: confirmations,
                    callbackGasLimit: callbackGas,
                    numWords: 1,
                    extraArgs: VRFV2PlusClient._argsToBytes(
                        VRFV2PlusClient.ExtraArgsV1({nativePayment: nativePayment})
                    )
                })
            );
    }

    /// @dev Must never revert: the coordinator answers once, whether it is heard or not.
    function _receiveWord(uint256 requestId, uint256 word) internal virtual;
}
