// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IVRFCoordinatorV2Plus} from "@chainlink/contracts/src/v0.8/vrf/dev/interfaces/IVRFCoordinatorV2Plus.sol";
import {VRFV2PlusClient} from "@chainlink/contracts/src/v0.8/vrf/dev/libraries/VRFV2PlusClient.sol";
import {IVrfConsumer} from "./IVrfConsumer.sol";

/// @dev What Chainlink's coordinator says about itself, and its interface does not.
interface ICoordinatorConfig {
    // solhint-disable-next-line func-name-mixedcase
    function s_config() external view returns (uint16 minimumRequestConfirmations, uint32 maxGasLimit);

    // solhint-disable-next-line func-name-mixedcase
    function s_provingKeys(bytes32 keyHash) external view returns (bool exists, uint64 maxGas);

    // solhint-disable-next-line func-name-mixedcase
    function MAX_REQUEST_CONFIRMATIONS() external view returns (uint16);
}

/// @title VrfConsumer
/// @notice See {IVrfConsumer}.
abstract contract VrfConsumer is IVrfConsumer {
    /// @dev What storing a word takes at most, with some to spare.
    uint256 private constant LEAST_CALLBACK_GAS = 70_000;

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
        _requireServed(vrf, ICoordinatorConfig(address(vrf.coordinator)));
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

    /// @dev A request that the coordinator refuses, or whose answer fails, would fail for ever: nothing of it can
    /// change.
    function _requireServed(Vrf memory vrf, ICoordinatorConfig config) private view {
        (uint256 least, uint256 mostGas) = config.s_config();
        uint256 most = config.MAX_REQUEST_CONFIRMATIONS();
        if (vrf.confirmations < least || vrf.confirmations > most) {
            revert ConfirmationsOutOfRange(vrf.confirmations, least, most);
        }
        if (vrf.callbackGas < LEAST_CALLBACK_GAS || vrf.callbackGas > mostGas) {
            revert CallbackGasOutOfRange(vrf.callbackGas, LEAST_CALLBACK_GAS, mostGas);
        }
        (bool known, ) = config.s_provingKeys(vrf.keyHash);
        if (!known) revert KeyHashUnknown(vrf.keyHash);
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
