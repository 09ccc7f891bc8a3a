// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CooperativePools} from "../../contracts/cooperative/CooperativePools.sol";
import {FaucetToken} from "../../contracts/testnet/FaucetToken.sol";

/// @notice Joins a cooperative pool as many people at once.
contract Crowd {
    function join(CooperativePools pools, uint256 poolId, uint256 assets, uint256 people) external {
        FaucetToken asset = FaucetToken(address(pools.asset()));
        for (uint256 i = 0; i < people; ++i) new Person(asset, pools, poolId, assets);
    }
}

contract Person {
    constructor(FaucetToken asset, CooperativePools pools, uint256 poolId, uint256 assets) {
        asset.mint(address(this), assets);
        asset.approve(address(pools), assets);
        pools.join(poolId, assets, 0);
    }
}
