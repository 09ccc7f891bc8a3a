// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

/// @notice A strategy that works until told otherwise; each mood is one way in which a yield source can go wrong.
/// Donating the asset to it is a gain, {lose} is a loss.
contract MoodyStrategy is ERC4626 {
    enum Mood {
        Good,
        RevertsOnReading,
        AnswersShort,
        AnswersNonsense,
        BurnsGasOnReading,
        RevertsOnLimits,
        RevertsOnWithdrawal,
        BurnsGasOnWithdrawal,
        PaysLess,
        BurnsTooMany,
        RevertsOnDeposit,
        KeepsEntryFee,
        TakesLess,
        RevertsOnTransfer,
        RevertsOnEverything,
        BurnsGasOnEverything
    }

    error BadMood(Mood mood);

    Mood public mood;

    /// @dev What it pays out at most in one call, as an illiquid market would.
    uint256 public liquid = type(uint256).max;

    /// @dev What it takes at most in one call.
    uint256 public room = type(uint256).max;

    uint256 public exitFeeBps;

    constructor(IERC20 asset_) ERC20("Moody", "MOOD") ERC4626(asset_) {}

    function setMood(Mood newMood) external {
        mood = newMood;
    }

    function setLiquid(uint256 newLiquid) external {
        liquid = newLiquid;
    }

    function setRoom(uint256 newRoom) external {
        room = newRoom;
    }

    function setExitFee(uint256 newFeeBps) external {
        exitFeeBps = newFeeBps;
    }

    function lose(uint256 assets) external {
        IERC20(asset()).transfer(address(0xdead), assets);
    }

    function maxWithdraw(address owner) public view virtual override returns (uint256) {
        _sulk(Mood.RevertsOnLimits);
        _burnGasIf(Mood.BurnsGasOnEverything);
        uint256 most = super.maxWithdraw(owner);
        return most < liquid ? most : liquid;
    }

    function maxRedeem(address owner) public view virtual override returns (uint256) {
        uint256 most = super.maxRedeem(owner);
        return convertToAssets(most) <= liquid ? most : convertToShares(liquid);
    }

    function maxDeposit(address) public view virtual override returns (uint256) {
        return room;
    }

    function previewRedeem(uint256 shares) public view virtual override returns (uint256 assets) {
        _sulk(Mood.RevertsOnReading);
        if (mood == Mood.AnswersNonsense) return type(uint256).max;
        _burnGasIf(Mood.BurnsGasOnReading);
        if (mood == Mood.AnswersShort) {
            assembly {
                mstore(0, 1)
                return(0, 16)
            }
        }
        assets = super.previewRedeem(shares);
        return assets - (assets * exitFeeBps) / 10_000;
    }

    function previewWithdraw(uint256 assets) public view virtual override returns (uint256) {
        if (mood == Mood.BurnsTooMany) return super.previewWithdraw(assets) * 2;
        return super.previewWithdraw((assets * 10_000 + 10_000 - exitFeeBps - 1) / (10_000 - exitFeeBps));
    }

    function previewDeposit(uint256 assets) public view virtual override returns (uint256) {
        if (mood == Mood.KeepsEntryFee) return (super.previewDeposit(assets) * 99) / 100;
        return super.previewDeposit(assets);
    }

    function _deposit(
        address caller,
        address receiver,
        uint256 assets,
        uint256 shares
    ) internal virtual override {
        _sulk(Mood.RevertsOnDeposit);
        if (mood == Mood.TakesLess) assets -= 1;
        super._deposit(caller, receiver, assets, shares);
    }

    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal virtual override {
        _sulk(Mood.RevertsOnWithdrawal);
        _burnGasIf(Mood.BurnsGasOnWithdrawal);
        if (mood == Mood.PaysLess) assets -= 1;
        super._withdraw(caller, receiver, owner, assets, shares);
    }

    function _update(address from, address to, uint256 value) internal override {
        _sulk(Mood.RevertsOnTransfer);
        _burnGasIf(Mood.BurnsGasOnEverything);
        super._update(from, to, value);
    }

    function _sulk(Mood about) private view {
        if (mood == about || mood == Mood.RevertsOnEverything) revert BadMood(mood);
    }

    function _burnGasIf(Mood about) private view {
        if (mood != about && mood != Mood.BurnsGasOnEverything) return;
        assembly {
            invalid()
        }
    }
}
