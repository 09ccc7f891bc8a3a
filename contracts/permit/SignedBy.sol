// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title SignedBy
/// @notice Whether somebody signed something: with their key, or else by ERC-1271. In this order, because an account
/// with a key can have code as well (EIP-7702), and what its key signed must stay good when it gets some.
library SignedBy {
    function isSignedBy(bytes32 hash, address signer, bytes calldata signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError error, ) = ECDSA.tryRecoverCalldata(hash, signature);
        if (error == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return SignatureChecker.isValidERC1271SignatureNowCalldata(signer, hash, signature);
    }
}
