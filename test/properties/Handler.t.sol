// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {CooperativePools} from "../../contracts/cooperative/CooperativePools.sol";
import {ICooperativePools} from "../../contracts/cooperative/ICooperativePools.sol";
import {SavingsPool} from "../../contracts/savings/SavingsPool.sol";
import {FaucetToken} from "../../contracts/testnet/FaucetToken.sol";
import {FeeTreasury} from "../../contracts/treasury/FeeTreasury.sol";
import {IKhipuVault} from "../../contracts/vault/IKhipuVault.sol";
import {KhipuVault} from "../../contracts/vault/KhipuVault.sol";
import {MoodyStrategy} from "../doubles/MoodyStrategy.sol";

/// @notice Everything that people, roles, strategies and attackers can do, in any order. Each action is bounded by what
/// the contracts say is possible, so that one that fails all the same is a lie of theirs; each is followed by the
/// checks of what no action may do.
contract Handler is Test {
    uint256 internal constant ACTORS = 4;
    uint256 internal constant POOLS = 3;

    KhipuVault internal immutable vault;
    SavingsPool internal immutable savings;
    CooperativePools internal immutable cooperatives;
    FeeTreasury internal immutable treasury;
    FaucetToken internal immutable asset;
    MoodyStrategy[2] internal strategies;
    address internal immutable roles;
    uint256 internal immutable unit;
    uint256 internal immutable virtualShares;

    address[] public actors;

    /// @dev All profit that was ever booked, and all fees that were ever taken.
    uint256 public bookedProfit;
    uint256 public takenFee;

    /// @dev All yield that referred savers ever realised.
    uint256 public referredYield;

    constructor(
        KhipuVault vault_,
        SavingsPool savings_,
        CooperativePools cooperatives_,
        FeeTreasury treasury_,
        MoodyStrategy[2] memory strategies_,
        uint256 unit_
    ) {
        vault = vault_;
        savings = savings_;
        cooperatives = cooperatives_;
        treasury = treasury_;
        asset = FaucetToken(vault_.asset());
        strategies = strategies_;
        roles = msg.sender;
        unit = unit_;
        virtualShares = vault_.convertToShares(1);
        for (uint256 i = 0; i < ACTORS; ++i) {
            actors.push(address(uint160(0xAC700 + i)));
            vm.startPrank(actors[i]);
            asset.approve(address(vault), type(uint256).max);
            asset.approve(address(savings), type(uint256).max);
            asset.approve(address(cooperatives), type(uint256).max);
            vm.stopPrank();
        }
        // The second saver was brought by the first, the third by the second.
        vm.prank(actors[1]);
        savings.nameReferrer(actors[0]);
        vm.prank(actors[2]);
        savings.nameReferrer(actors[1]);
        for (uint256 i = 0; i < POOLS; ++i) {
            cooperatives.createPool(
                ICooperativePools.Terms("Pool", uint112(unit), uint112(1e9 * unit), 3, true),
                0,
                0
            );
        }
    }

    // ------------------------------------------------------------------------------- what no action may ever do

    /// @dev Nobody's action lowers the worth of the shares that were there before, by more than a strategy rounds.
    modifier harmsNobody() {
        uint256 supply = vault.totalSupply();
        uint256 worth = vault.convertToAssets(supply);
        // A supply may lose ten units and a ten-millionth, a draw one share of the strategy; an action does a few.
        uint256 rounding =
            32 + worth / 2e6 + strategies[0].convertToAssets(4) + strategies[1].convertToAssets(4);
        _;
        assertGe(vault.convertToAssets(supply) + rounding, worth, "somebody's shares lost worth");
    }

    /// @dev Nor raises it: what comes in is released over time.
    modifier movesNoPrice() {
        uint256 before = vault.convertToAssets(1e24);
        _;
        assertEq(vault.convertToAssets(1e24), before, "the price moved");
    }

    // ------------------------------------------------------------------------------------------------- the vault

    function deposit(uint256 who, uint256 assets) external harmsNobody {
        assets = _payable(actorOf(who), assets);
        if (vault.previewDeposit(assets) == 0) return;
        vm.prank(actorOf(who));
        vault.deposit(assets, actorOf(who));
    }

    function withdraw(uint256 who, uint256 assets) external harmsNobody {
        address actor = actorOf(who);
        assets = bound(assets, 0, vault.maxWithdraw(actor));
        vm.prank(actor);
        try vault.withdraw(assets, actor, actor) {} catch (bytes memory reason) {
            _onlyFor(reason, IKhipuVault.InsufficientLiquidity.selector);
        }
    }

    function redeem(uint256 who, uint256 shares) external harmsNobody {
        address actor = actorOf(who);
        shares = bound(shares, 0, vault.maxRedeem(actor));
        vm.prank(actor);
        try vault.redeem(shares, actor, actor) {} catch (bytes memory reason) {
            _onlyFor(reason, IKhipuVault.InsufficientLiquidity.selector);
        }
    }

    function redeemInKind(uint256 who, uint256 shares) external harmsNobody {
        address actor = actorOf(who);
        shares = bound(shares, 0, vault.balanceOf(actor));
        if (vault.previewRedeem(shares) == 0) return;
        address[] memory leftOut = blocked();
        vm.prank(actor);
        vault.redeemInKind(shares, actor, actor, leftOut);
    }

    function report() external harmsNobody {
        uint256 toRecover = vault.lossToRecover();
        uint256 sharesBefore = vault.balanceOf(address(treasury));
        (uint256 profit, uint256 loss) = vault.report();
        // What the fee's shares are worth once all profit is released.
        uint256 fee = Math.mulDiv(
            vault.balanceOf(address(treasury)) - sharesBefore,
            vault.grossAssets() + 1,
            vault.totalSupply() + virtualShares
        );
        assertLe(fee, (profit * vault.feeBps()) / 10_000, "more than the fee");
        if (profit <= toRecover + loss) assertEq(fee, 0, "a fee on profit that only makes good");
        bookedProfit += profit;
        takenFee += fee;
    }

    function rebalance() external harmsNobody {
        vault.rebalance();
    }

    // ---------------------------------------------------------------------------------------------------- savings

    function save(uint256 who, uint256 forWhom, uint256 assets) external harmsNobody {
        assets = _payable(actorOf(who), assets);
        if (vault.previewDeposit(assets) == 0) return;
        vm.prank(actorOf(who));
        savings.deposit(assets, actorOf(forWhom), 0);
    }

    function takePrincipal(uint256 who, uint256 assets) external harmsNobody {
        address actor = actorOf(who);
        (uint256 shares, uint256 principal, , ) = savings.positionOf(actor);
        uint256 most = _least(vault.convertToAssets(shares), principal, vault.maxWithdraw(address(savings)));
        if (most == 0) return;
        vm.prank(actor);
        try savings.withdraw(bound(assets, 1, most), actor, type(uint256).max) {} catch (
            bytes memory reason
        ) {
            _onlyFor(reason, IKhipuVault.InsufficientLiquidity.selector);
        }
    }

    function takeAll(uint256 who) external harmsNobody {
        address actor = actorOf(who);
        (uint256 shares, uint256 principal, uint256 value, ) = savings.positionOf(actor);
        if (shares == 0 && principal == 0) return;
        vm.prank(actor);
        try savings.withdrawAll(actor, value) {
            if (value > principal) _realised(who, value - principal);
        } catch (bytes memory reason) {
            _onlyFor(reason, IKhipuVault.InsufficientLiquidity.selector);
        }
    }

    function claim(uint256 who) external harmsNobody {
        address actor = actorOf(who);
        (, uint256 principal, , uint256 yield) = savings.positionOf(actor);
        if (yield == 0) return;
        vm.prank(actor);
        try savings.claimYield(actor) returns (uint256 assets) {
            assertEq(assets, yield, "claimed something else than was said");
            _realised(who, assets);
            (uint256 shares, uint256 principalAfter, , ) = savings.positionOf(actor);
            assertEq(principalAfter, principal, "a claim moved the mark");
            assertGe(shares, vault.sharePrice().toSharesUp(principal), "a claim took principal");
        } catch (bytes memory reason) {
            _onlyFor(reason, IKhipuVault.InsufficientLiquidity.selector);
        }
    }

    function compound() external harmsNobody movesNoPrice {
        uint256[ACTORS] memory before;
        for (uint256 i = 0; i < ACTORS; ++i) (, before[i], , ) = savings.positionOf(actors[i]);
        savings.compound(actors);
        for (uint256 i = 0; i < ACTORS; ++i) {
            (, uint256 principal, uint256 value, uint256 yield) = savings.positionOf(actors[i]);
            assertEq(yield, 0, "yield left");
            assertTrue(principal == before[i] || principal == value, "the mark is off");
            assertGe(principal, before[i], "compounding lowered a mark");
            _realised(i, principal - before[i]);
        }
    }

    function takeOutShares(uint256 who) external harmsNobody movesNoPrice {
        address actor = actorOf(who);
        (uint256 shares, uint256 principal, , ) = savings.positionOf(actor);
        if (shares == 0 && principal == 0) return;
        vm.prank(actor);
        savings.takeOutShares(actor);
    }

    function pullReward(uint256 who) external harmsNobody {
        address actor = actorOf(who);
        if (treasury.owedTo(actor) == 0 || vault.maxWithdraw(address(treasury)) == 0) return;
        vm.prank(actor);
        try treasury.claimReferralReward(actor) {} catch (bytes memory reason) {
            _onlyFor(reason, IKhipuVault.InsufficientLiquidity.selector);
        }
    }

    function collectFee(uint256 assets) external harmsNobody {
        assets = bound(
            assets,
            0,
            _least(treasury.collectable(), vault.maxWithdraw(address(treasury)), type(uint256).max)
        );
        vm.prank(roles);
        try treasury.collect(roles, assets) {} catch (bytes memory reason) {
            _onlyFor(reason, IKhipuVault.InsufficientLiquidity.selector);
        }
    }

    // ------------------------------------------------------------------------------------------------ cooperatives

    function join(uint256 who, uint256 which, uint256 assets) external harmsNobody {
        (address actor, uint256 poolId) = (actorOf(who), poolOf(which));
        uint256 most = cooperatives.maxContribution(poolId, actor);
        if (most < unit) return;
        assets = bound(assets, unit, _least(most, 1e6 * unit, most));
        if (vault.previewDeposit(assets) == 0) return;
        asset.mint(actor, assets);
        bool member = cooperatives.isMember(poolId, actor);
        vm.prank(actor);
        if (member) cooperatives.contribute(poolId, actor, assets, 0);
        else cooperatives.join(poolId, assets, 0);
        if (!member) {
            (, uint256 principal, , uint256 yield) = cooperatives.positionOf(poolId, actor);
            assertEq(principal, assets, "mark");
            assertEq(yield, 0, "joined into yield that others earned");
        }
    }

    function leave(uint256 who, uint256 which) external harmsNobody {
        (address actor, uint256 poolId) = (actorOf(who), poolOf(which));
        if (!cooperatives.isMember(poolId, actor)) return;
        (, , uint256 value, ) = cooperatives.positionOf(poolId, actor);
        vm.prank(actor);
        try cooperatives.leave(poolId, actor, value) {} catch (bytes memory reason) {
            _onlyFor(reason, IKhipuVault.InsufficientLiquidity.selector);
        }
    }

    function takePart(uint256 who, uint256 which, uint256 assets) external harmsNobody {
        (address actor, uint256 poolId) = (actorOf(who), poolOf(which));
        (uint256 shares, uint256 principal, , ) = cooperatives.positionOf(poolId, actor);
        if (principal <= unit) return;
        uint256 most = _least(
            principal - unit,
            vault.convertToAssets(shares),
            vault.maxWithdraw(address(cooperatives))
        );
        if (most == 0) return;
        vm.prank(actor);
        try cooperatives.withdraw(poolId, bound(assets, 1, most), actor, type(uint256).max) {} catch (
            bytes memory reason
        ) {
            _onlyFor(reason, IKhipuVault.InsufficientLiquidity.selector);
        }
    }

    function claimPart(uint256 who, uint256 which) external harmsNobody {
        (address actor, uint256 poolId) = (actorOf(who), poolOf(which));
        (, , , uint256 yield) = cooperatives.positionOf(poolId, actor);
        if (yield == 0) return;
        vm.prank(actor);
        try cooperatives.claimYield(poolId, actor) returns (uint256 assets) {
            assertEq(assets, yield, "claimed something else than was said");
        } catch (bytes memory reason) {
            _onlyFor(reason, IKhipuVault.InsufficientLiquidity.selector);
        }
    }

    // ------------------------------------------------------------------------------------------- strategies and time

    /// @dev As a market does, and not so much that a single share of the strategy gets worth a fortune. A gain which
    /// only makes good for a loss that nobody has booked yet does move the price: the loss moved it without booking.
    function earn(uint256 which, uint256 assets) external {
        MoodyStrategy strategy = strategies[which % 2];
        IKhipuVault.Holding memory holding = vault.holdingOf(IERC4626(address(strategy)));
        bool lossUnseen = strategy.convertToAssets(holding.shares) < holding.assets;
        uint256 before = vault.convertToAssets(1e24);
        asset.mint(address(strategy), bound(assets, 0, strategy.totalAssets() / 4));
        if (!lossUnseen) assertEq(vault.convertToAssets(1e24), before, "the price moved");
    }

    function lose(uint256 which, uint256 assets) external {
        MoodyStrategy strategy = strategies[which % 2];
        strategy.lose(bound(assets, 0, strategy.totalAssets() / 3));
    }

    function turnBad(uint256 which, uint256 mood) external {
        strategies[which % 2].setMood(MoodyStrategy.Mood(mood % (uint256(type(MoodyStrategy.Mood).max) + 1)));
    }

    function turnGood(uint256 which) external {
        strategies[which % 2].setMood(MoodyStrategy.Mood.Good);
        strategies[which % 2].setLiquid(type(uint256).max);
    }

    function dryUp(uint256 which, uint256 liquid) external {
        strategies[which % 2].setLiquid(bound(liquid, 0, 1e6 * unit));
    }

    function pass(uint32 time) external {
        skip(time % (2 days));
    }

    // ------------------------------------------------------------------------------------------------------- roles

    function writeOff(uint256 which) external {
        vm.prank(roles);
        try vault.writeOff(IERC4626(address(strategies[which % 2]))) {} catch (bytes memory reason) {
            _onlyFor(reason, IKhipuVault.NothingToWriteDown.selector, IKhipuVault.StrategyUnknown.selector);
        }
    }

    function lowerCaps(uint256 which, uint16 relativeBps) external harmsNobody movesNoPrice {
        IERC4626 strategy = IERC4626(address(strategies[which % 2]));
        (IKhipuVault.Caps memory caps, bool listed) = vault.capsOf(strategy);
        if (!listed) return;
        vm.prank(roles);
        vault.lowerCaps(strategy, IKhipuVault.Caps(caps.absolute, relativeBps % (caps.relativeBps + 1)));
    }

    function raiseCaps(uint256 which) external harmsNobody movesNoPrice {
        IERC4626 strategy = IERC4626(address(strategies[which % 2]));
        (, bool listed) = vault.capsOf(strategy);
        vm.prank(roles);
        if (listed) vault.raiseCaps(strategy, IKhipuVault.Caps(type(uint128).max, 10_000));
        else vault.addStrategy(strategy, IKhipuVault.Caps(type(uint128).max, 10_000));
    }

    function remove(uint256 which) external harmsNobody {
        IERC4626 strategy = IERC4626(address(strategies[which % 2]));
        (, bool listed) = vault.capsOf(strategy);
        if (!listed) return;
        uint256 toRecover = vault.lossToRecover();
        vm.prank(roles);
        vault.removeStrategy(strategy);
        if (vault.lossToRecover() < toRecover) bookedProfit += toRecover - vault.lossToRecover();
    }

    function setFee(uint16 feeBps) external harmsNobody {
        uint256 old = vault.feeBps();
        uint256 next = feeBps % (vault.maxFeeBps() + 1);
        vm.prank(roles);
        if (next > old) vault.raiseFee(next);
        else vault.lowerFee(next);
    }

    // -------------------------------------------------------------------------------------------------- attackers

    /// @dev Steps in just before a harvest and out just after it.
    function sandwichHarvest(uint256 who, uint256 assets) external harmsNobody {
        address actor = actorOf(who);
        assets = _payable(actor, assets);
        if (vault.previewDeposit(assets) == 0) return;
        vm.startPrank(actor);
        uint256 shares = vault.deposit(assets, actor);
        vault.report();
        if (vault.maxRedeem(actor) >= shares) {
            try vault.redeem(shares, actor, actor) returns (uint256 back) {
                assertLe(back, assets, "the harvest was sandwiched");
            } catch {}
        }
        vm.stopPrank();
    }

    /// @dev Gives money away to move the price, and looks whether it did.
    function donate(uint256 who, uint256 assets, bool toVault) external harmsNobody movesNoPrice {
        address actor = actorOf(who);
        assets = bound(assets, 0, 1e6 * unit);
        address target = toVault ? address(vault) : address(savings);
        asset.mint(actor, assets);
        vm.prank(actor);
        asset.transfer(target, assets);
    }

    /// @dev Lives on roundings: in and out in the smallest amounts.
    function farmRoundings(uint256 who, uint256 assets) external harmsNobody {
        address actor = actorOf(who);
        assets = bound(assets, 1, 1_000);
        if (vault.maxDeposit(actor) < 20 * assets || vault.previewDeposit(assets) == 0) return;
        asset.mint(actor, 10 * assets);
        uint256 before = asset.balanceOf(actor);
        vm.startPrank(actor);
        for (uint256 i = 0; i < 10; ++i) {
            uint256 shares = vault.deposit(assets, actor);
            uint256 back = vault.previewRedeem(shares);
            if (back <= vault.idle()) vault.redeem(shares, actor, actor);
        }
        vm.stopPrank();
        assertLe(asset.balanceOf(actor), before, "roundings pay");
    }

    // ------------------------------------------------------------------------------------------------------- inside

    function actorOf(uint256 who) public view returns (address) {
        return actors[who % ACTORS];
    }

    function poolOf(uint256 which) public pure returns (uint256) {
        return (which % POOLS) + 1;
    }

    /// @notice The strategies that do not even let their shares go.
    function blocked() public view returns (address[] memory list) {
        list = new address[](2);
        for (uint256 i = 0; i < 2; ++i) {
            MoodyStrategy.Mood mood = strategies[i].mood();
            if (
                mood == MoodyStrategy.Mood.RevertsOnTransfer ||
                mood == MoodyStrategy.Mood.RevertsOnEverything ||
                mood == MoodyStrategy.Mood.BurnsGasOnEverything
            ) {
                list[i] = address(strategies[i]);
            }
        }
    }

    function _payable(address actor, uint256 assets) private returns (uint256) {
        uint256 most = vault.maxDeposit(actor);
        assets = bound(assets, 0, most < 1e9 * unit ? most : 1e9 * unit);
        asset.mint(actor, assets);
        return assets;
    }

    function _realised(uint256 who, uint256 yield) private {
        uint256 index = who % ACTORS;
        if (index == 1 || index == 2) referredYield += yield;
    }

    function _least(uint256 a, uint256 b, uint256 c) private pure returns (uint256) {
        uint256 least = a < b ? a : b;
        return least < c ? least : c;
    }

    function _onlyFor(bytes memory reason, bytes4 selector) private pure {
        _onlyFor(reason, selector, selector);
    }

    function _onlyFor(bytes memory reason, bytes4 selector, bytes4 other) private pure {
        bytes4 actual = bytes4(reason);
        assertTrue(
            actual == selector || actual == other,
            string.concat("failed for another reason: ", vm.toString(reason))
        );
    }
}
