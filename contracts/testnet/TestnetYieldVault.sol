// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {FaucetToken} from "./FaucetToken.sol";

/// @title TestnetYieldVault
/// @notice A yield source for local and test networks: an ERC-4626 vault over a {FaucetToken} that mints its own
/// yield, at a rate that anybody may set.
contract TestnetYieldVault is ERC4626 {
    /// @notice The yield rate changed.
    /// @param by Who changed it.
    /// @param ratePerSecond The new yield per second, as a fraction of 1e18.
    event RateSet(address indexed by, uint256 ratePerSecond);

    /// @dev The unit of {ratePerSecond}.
    uint256 private constant ONE = 1e18;

    /// @notice Yield per second, as a fraction of 1e18, simple between two touches of the vault.
    uint256 public ratePerSecond;

    /// @notice Up to when the yield has been minted.
    uint256 public accruedAt;

    /// @param asset_ The test token that is saved and minted.
    /// @param ratePerSecond_ The first yield per second, as a fraction of 1e18.
    constructor(FaucetToken asset_, uint256 ratePerSecond_) ERC20("Testnet yield", "tYIELD") ERC4626(asset_) {
        accruedAt = block.timestamp;
        ratePerSecond = ratePerSecond_;
        emit RateSet(msg.sender, ratePerSecond_);
    }

    /// @notice Changes the rate from now on; the yield so far is minted at the old one.
    /// @param newRate Yield per second, as a fraction of 1e18.
    function setRate(uint256 newRate) external {
        accrue();
        ratePerSecond = newRate;
        emit RateSet(msg.sender, newRate);
    }

    /// @notice Destroys money, as a bad debt of a real yield source would.
    /// @param assets How much to lose.
    function lose(uint256 assets) external {
        accrue();
        FaucetToken(asset()).transfer(address(0xdead), assets);
    }

    /// @notice Mints the yield that has been earned since the last touch.
    function accrue() public {
        uint256 earned = _earned();
        accruedAt = block.timestamp;
        if (earned > 0) FaucetToken(asset()).mint(address(this), earned);
    }

    /// @inheritdoc ERC4626
    function totalAssets() public view override returns (uint256) {
        return super.totalAssets() + _earned();
    }

    function _deposit(address caller, address receiver, uint256 assets, uint256 shares) internal override {
        accrue();
        super._deposit(caller, receiver, assets, shares);
    }

    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override {
        accrue();
        super._withdraw(caller, receiver, owner, assets, shares);
    }

    function _decimalsOffset() internal pure override returns (uint8) {
        return 6;
    }

    /// @dev Nobody is paid for money that nobody saves: an empty vault would else pass yield to its first saver.
    function _earned() private view returns (uint256) {
        if (totalSupply() == 0) return 0;
        return Math.mulDiv(super.totalAssets(), ratePerSecond * (block.timestamp - accruedAt), ONE);
    }
}
