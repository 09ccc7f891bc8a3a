// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IVRFCoordinatorV2Plus} from "@chainlink/contracts/src/v0.8/vrf/dev/interfaces/IVRFCoordinatorV2Plus.sol";

/// @title IVrfConsumer
/// @notice A consumer of Chainlink VRF v2.5 that nobody owns. Chainlink's own base contract has an owner who may set
/// another coordinator, and with it every random word from then on; here the coordinator is fixed, and so is all else
/// about a request. The contract owns its subscription, so that nobody can cancel it or take its money; anybody can
/// fund it at the coordinator.
interface IVrfConsumer {
    /// @notice How to ask for randomness.
    /// @param coordinator Chainlink's contract.
    /// @param keyHash The oracle's key, which also says up to what gas price it answers.
    /// @param confirmations After how many blocks it answers.
    /// @param callbackGas The gas that the answer comes with.
    /// @param nativePayment Whether the subscription pays in the chain's own coin or in LINK.
    struct Vrf {
        IVRFCoordinatorV2Plus coordinator;
        bytes32 keyHash;
        uint16 confirmations;
        uint32 callbackGas;
        bool nativePayment;
    }

    /// @notice There is no contract at the coordinator's address.
    error CoordinatorUnknown(address coordinator);

    /// @notice The coordinator takes from `min` to `max` confirmations.
    error ConfirmationsOutOfRange(uint256 confirmations, uint256 min, uint256 max);

    /// @notice Storing a word takes up to `min`, and the coordinator gives at most `max`.
    error CallbackGasOutOfRange(uint256 callbackGas, uint256 min, uint256 max);

    /// @notice The coordinator has no oracle with this key: take one of those that Chainlink lists.
    error KeyHashUnknown(bytes32 keyHash);

    /// @notice Random words come from the coordinator and from nobody else.
    error OnlyCoordinator(address caller, address coordinator);

    /// @notice Takes a random word. For the coordinator only.
    /// @param requestId What it answers.
    /// @param words The word.
    function rawFulfillRandomWords(uint256 requestId, uint256[] calldata words) external;

    /// @notice Chainlink's contract.
    function coordinator() external view returns (IVRFCoordinatorV2Plus);

    /// @notice The number of this contract's subscription at the coordinator. Whoever wants draws to go on funds it.
    function subscription() external view returns (uint256);

    /// @notice The oracle's key.
    function keyHash() external view returns (bytes32);

    /// @notice After how many blocks the oracle answers.
    function confirmations() external view returns (uint16);

    /// @notice The gas that the answer comes with.
    function callbackGas() external view returns (uint32);

    /// @notice Whether the subscription pays in the chain's own coin or in LINK.
    function nativePayment() external view returns (bool);
}
