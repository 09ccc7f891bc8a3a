// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title DrawNumber
/// @notice From one random word to as many numbers as a draw needs.
library DrawNumber {
    /// @notice A number below `limit`, each with exactly the same chance.
    /// @param word The random word.
    /// @param winner Which winner it is for.
    /// @param attempt Which attempt at that winner.
    /// @param limit Above all numbers; not zero.
    /// @return number The number.
    /// @return fair Whether it counts. A word falls into the last, incomplete run of `limit` numbers with a chance of
    /// less than limit / 2^256; it is then passed over.
    function below(
        uint256 word,
        uint256 winner,
        uint256 attempt,
        uint256 limit
    ) internal pure returns (uint256 number, bool fair) {
        uint256 random = uint256(keccak256(abi.encode(word, winner, attempt)));
        // 2^256 modulo the limit: so many words are too many.
        uint256 excess = ((type(uint256).max % limit) + 1) % limit;
        return (random % limit, random <= type(uint256).max - excess);
    }
}
