// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {MoodyStrategy} from "./MoodyStrategy.sol";

/// @notice What {AdversaryStrategy} calls while it is locked.
interface IBorrower {
    function onLoan() external;
}

/// @notice A strategy that is out to take more than what is in it: it lies about its worth, locks its views while it calls
/// its caller (as some lending vaults do in a flash loan), steals, and takes its shares away by force.
contract AdversaryStrategy is MoodyStrategy {
    error Locked();

    /// @dev Answers are multiplied by this and divided by 1e18.
    uint256 public exaggeration = 1e18;

    bool private _locked;

    constructor(IERC20 asset_) MoodyStrategy(asset_) {}

    function exaggerate(uint256 factor) external {
        exaggeration = factor;
    }

    function flashLoan() external {
        _locked = true;
        IBorrower(msg.sender).onLoan();
        _locked = false;
    }

    function seize(address owner, uint256 shares) external {
        _transfer(owner, address(0xdead), shares);
    }

    function steal(uint256 assets, address to) external {
        IERC20(asset()).transfer(to, assets);
    }

    function previewRedeem(uint256 shares) public view override returns (uint256 assets) {
        if (_locked) revert Locked();
        return (super.previewRedeem(shares) * exaggeration) / 1e18;
    }

    function maxWithdraw(address owner) public view override returns (uint256) {
        if (_locked) revert Locked();
        return (super.maxWithdraw(owner) * exaggeration) / 1e18;
    }
}
