// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";
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

    /// @dev What of the fees, in fee shares, was taken on the shares that referred savers had in the savings pool.
    uint256 public feeOnReferred;

    /// @dev How often a state was reached, by its name.
    mapping(string state => uint256 times) public reached;

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
            // Its creator has not joined.
            vm.prank(actors[3]);
            cooperatives.createPool(
                ICooperativePools.Terms("Pool", uint112(unit), uint112(1e9 * unit), 3, true),
                0,
                0
            );
        }
    }

    // ------------------------------------------------------------------------------- what no action may ever do

    struct Before {
        uint256 supply;
        uint256 worth;
        uint256 referred;
    }

    /// @dev Nobody's action lowers the worth of the shares that were there before, by more than a strategy rounds.
    modifier harmsNobody() {
        Before memory before = _before();
        _;
        _after(before);
    }

    function _before() private returns (Before memory) {
        vm.recordLogs();
        uint256 supply = vault.totalSupply();
        return Before(supply, vault.convertToAssets(supply), _referredShares());
    }

    function _after(Before memory before) private {
        // A supply may lose ten units and a ten-millionth, a draw one share of the strategy; an action does a few.
        uint256 rounding =
            32 + before.worth / 2e6 + strategies[0].convertToAssets(4) + strategies[1].convertToAssets(4);
        assertGe(
            vault.convertToAssets(before.supply) + rounding,
            before.worth,
            "somebody's shares lost worth"
        );
        // No action has both more referred shares and a fee after it.
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(vault) || logs[i].topics[0] != IKhipuVault.Reported.selector)
                continue;
            (, , , uint256 feeShares) = abi.decode(logs[i].data, (uint256, uint256, uint256, uint256));
            feeOnReferred += Math.mulDiv(
                feeShares,
                before.referred,
                before.supply + virtualShares,
                Math.Rounding.Ceil
            );
            if (feeShares > 0 && before.referred > 0) _count("a fee on referred shares");
        }
    }

    function _referredShares() private view returns (uint256 shares) {
        (shares, , , ) = savings.positionOf(actors[1]);
        (uint256 more, , , ) = savings.positionOf(actors[2]);
        return shares + more;
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

    /// @dev Whatever the amount: what fits is taken, and refused is only where nothing fits.
    function save(uint256 who, uint256 forWhom, uint256 assets) external harmsNobody {
        (address payer, address saver) = (actorOf(who), actorOf(forWhom));
        assets = bound(assets, 0, 2e9 * unit);
        asset.mint(payer, assets);
        (, uint256 mark, , ) = savings.positionOf(saver);
        (uint128 perSaver, ) = savings.limits();
        uint256 fits = Math.min(assets, Math.saturatingSub(perSaver, mark));
        uint256 balance = asset.balanceOf(payer);
        bool refusable =
            fits == 0 || fits > vault.maxDeposit(address(savings)) || vault.previewDeposit(fits) == 0;
        vm.prank(payer);
        try savings.deposit(assets, saver, 0) {
            assertEq(balance - asset.balanceOf(payer), fits, "took something else than what fits");
            (, uint256 markAfter, , ) = savings.positionOf(saver);
            assertEq(markAfter, mark + fits, "booked something else than was paid");
            if (fits < assets) _count("a deposit was cut");
        } catch {
            assertTrue(refusable, "a deposit that fits was refused");
        }
    }

    /// @dev Somebody pays for a saver just before their own deposit, which goes through all the same.
    function spoilDeposit(uint256 who, uint256 forWhom, uint256 gift) external harmsNobody {
        (address payer, address saver) = (actorOf(who), actorOf(forWhom));
        (uint256 shares, uint256 mark, , ) = savings.positionOf(saver);
        (uint128 perSaver, ) = savings.limits();
        uint256 room = Math.min(Math.saturatingSub(perSaver, mark), 1e9 * unit);
        if (shares == 0 || room < 1e6 || savings.maxDeposit(saver) < 2 * room) return;
        if (vault.previewDeposit(room / 2) == 0) return;
        gift = bound(gift, room / 4, room / 2);
        asset.mint(payer, gift);
        asset.mint(saver, room);
        vm.prank(payer);
        savings.deposit(gift, saver, 0);
        vm.prank(saver);
        savings.deposit(room, saver, 0);
    }

    function setLimits(uint256 perSaver) external {
        (uint128 old, uint128 total) = savings.limits();
        uint128 next = uint128(bound(perSaver, 0, 1e10 * unit));
        vm.prank(roles);
        if (next > old) savings.raiseLimits(next, total);
        else savings.lowerLimits(next, total);
    }

    /// @dev Whatever the amount: what is there is paid, and more is refused.
    function takePrincipal(uint256 who, uint256 assets) external harmsNobody {
        address actor = actorOf(who);
        (uint256 shares, uint256 principal, , ) = savings.positionOf(actor);
        assets = bound(assets, 0, 2 * principal + 1);
        bool there = assets > 0 && assets <= principal && vault.sharePrice().toSharesUp(assets) <= shares;
        bool liquid = assets <= vault.maxWithdraw(address(savings));
        vm.prank(actor);
        try savings.withdraw(assets, actor, type(uint256).max) returns (uint256 burned) {
            assertTrue(there, "paid what was not there");
            (uint256 sharesAfter, uint256 principalAfter, , ) = savings.positionOf(actor);
            assertEq(sharesAfter, shares - burned, "shares");
            assertEq(principalAfter, principal - assets, "mark");
        } catch (bytes memory reason) {
            if (there && liquid) _onlyFor(reason, IKhipuVault.InsufficientLiquidity.selector);
        }
    }

    function takeAll(uint256 who) external harmsNobody {
        address actor = actorOf(who);
        (uint256 shares, uint256 principal, uint256 value, ) = savings.positionOf(actor);
        if (shares == 0 && principal == 0) return;
        vm.prank(actor);
        try savings.withdrawAll(actor, value) returns (uint256 assets) {
            assertEq(assets, value, "paid something else than was said");
        } catch (bytes memory reason) {
            _onlyFor(reason, IKhipuVault.InsufficientLiquidity.selector);
        }
    }

    /// @dev Also right after somebody has made all yield principal.
    function claim(uint256 who, bool spoiled) external harmsNobody {
        address actor = actorOf(who);
        (uint256 shares, uint256 principal, , uint256 yield) = savings.positionOf(actor);
        if (shares == 0 && principal == 0) return;
        if (spoiled) {
            savings.compound(actors);
            (, principal, , yield) = savings.positionOf(actor);
            assertEq(yield, 0, "yield left");
            _count("a claim of nothing");
        }
        vm.prank(actor);
        try savings.claimYield(actor) returns (uint256 assets) {
            assertEq(assets, yield, "claimed something else than was said");
            (uint256 sharesAfter, uint256 principalAfter, , ) = savings.positionOf(actor);
            assertEq(principalAfter, principal, "a claim moved the mark");
            if (assets > 0) {
                assertGe(sharesAfter, vault.sharePrice().toSharesUp(principal), "a claim took principal");
                _count("a claim");
            }
        } catch (bytes memory reason) {
            assertGt(yield, 0, "a claim of nothing failed");
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
        uint256 owed = treasury.owedTo(actor);
        bool payable_ = owed > 0 && vault.maxRedeem(address(treasury)) > 0;
        vm.prank(actor);
        try treasury.claimReferralReward(actor) {
            assertLt(treasury.owedTo(actor), owed, "paid nothing of what is owed");
            _count("a reward was claimed");
        } catch (bytes memory reason) {
            if (payable_) _onlyFor(reason, IKhipuVault.InsufficientLiquidity.selector);
        }
    }

    function pullPart(uint256 who, uint256 assets) external harmsNobody {
        address actor = actorOf(who);
        uint256 owed = treasury.owedTo(actor);
        uint256 worth = vault.convertToAssets(owed);
        assets = bound(assets, 0, 2 * worth + 1);
        bool liquid = assets <= vault.maxWithdraw(address(treasury));
        vm.prank(actor);
        try treasury.claimReferralReward(actor, assets) {
            assertLe(assets, worth, "paid more than is owed");
            if (assets > 0) _count("a part of a reward was claimed");
        } catch (bytes memory reason) {
            if (assets <= worth && liquid) _onlyFor(reason, IKhipuVault.InsufficientLiquidity.selector);
        }
    }

    /// @dev Needs nothing of any strategy.
    function takeRewardAsShares(uint256 who) external harmsNobody movesNoPrice {
        address actor = actorOf(who);
        uint256 owed = treasury.owedTo(actor);
        if (owed == 0) return;
        uint256 before = vault.balanceOf(actor);
        vm.prank(actor);
        treasury.takeOutShares(actor);
        assertEq(vault.balanceOf(actor), before + owed, "not what was owed");
        _count("a reward was taken out as shares");
    }

    function collectFee(uint256 assets) external harmsNobody {
        uint256 most = treasury.collectable();
        assets = bound(assets, 0, 2 * most + 1);
        bool liquid = assets <= vault.maxWithdraw(address(treasury));
        bool uncounted = savings.referralReserve() > savings.totalReferralEarned() + 1;
        vm.prank(roles);
        try treasury.collect(roles, assets) {
            assertLe(assets, most, "collected what is not the protocol's");
            if (uncounted && assets > most / 2) _count("collected before it was counted");
        } catch (bytes memory reason) {
            if (assets <= most && liquid) _onlyFor(reason, IKhipuVault.InsufficientLiquidity.selector);
        }
    }

    /// @dev A referred saver comes with all the money of the world for the report only.
    function sandwichFee(uint256 who, uint256 assets) external {
        uint256 fees = reached["a fee on referred shares"];
        who = 1 + (who % 2);
        (uint256 before, , , ) = savings.positionOf(actors[who]);
        this.save(who, who, assets);
        uint256 earned = savings.totalReferralEarned();
        (uint256 shares, , , ) = savings.positionOf(actors[who]);
        if (shares == before) return;
        this.report();
        this.takeAll(who);
        assertEq(savings.totalReferralEarned(), earned, "a fee that others bear was credited");
        if (reached["a fee on referred shares"] > fees) _count("a fee was sandwiched");
    }

    // ------------------------------------------------------------------------------------------------ cooperatives

    /// @dev Whatever the amount: who has a seat gets in with an amount within the pool's, and nobody else does.
    function join(uint256 who, uint256 which, uint256 assets) external harmsNobody {
        (address actor, uint256 poolId) = (actorOf(who), poolOf(which));
        if (cooperatives.isMember(poolId, actor)) return;
        assets = bound(assets, 0, 2e9 * unit);
        asset.mint(actor, assets);
        uint256 most = cooperatives.maxContribution(poolId, actor);
        bool fits = assets >= unit && assets <= most && vault.previewDeposit(assets) > 0;
        vm.prank(actor);
        try cooperatives.join(poolId, assets, 0) {
            assertTrue(fits, "joined with an amount, or without a seat");
            (, uint256 principal, , uint256 yield) = cooperatives.positionOf(poolId, actor);
            assertEq(principal, assets, "mark");
            assertEq(yield, 0, "joined into yield that others earned");
            if (actor == actors[3]) _count("the creator joined last");
        } catch (bytes memory reason) {
            assertFalse(fits, "who has a seat was refused");
            if (bytes4(reason) == ICooperativePools.PoolIsFull.selector) _count("a seat was kept");
        }
    }

    /// @dev Anybody may pay for a member, whatever the amount: what fits is taken.
    function contribute(uint256 who, uint256 forWhom, uint256 which, uint256 assets) external harmsNobody {
        (address payer, address member, uint256 poolId) = (actorOf(who), actorOf(forWhom), poolOf(which));
        assets = bound(assets, 0, 2e9 * unit);
        asset.mint(payer, assets);
        (, uint256 mark, , ) = cooperatives.positionOf(poolId, member);
        uint256 fits = Math.min(assets, Math.saturatingSub(1e9 * unit, mark));
        uint256 balance = asset.balanceOf(payer);
        bool refusable =
            !cooperatives.isMember(poolId, member) ||
                fits == 0 ||
                fits > vault.maxDeposit(address(cooperatives)) ||
                vault.previewDeposit(fits) == 0;
        vm.prank(payer);
        try cooperatives.contribute(poolId, member, assets, 0) {
            assertEq(balance - asset.balanceOf(payer), fits, "took something else than what fits");
            if (fits < assets) _count("a contribution was cut");
        } catch {
            assertTrue(refusable, "a contribution that fits was refused");
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

    /// @dev Whatever the amount: what is there above the pool's minimum is paid, and more is refused.
    function takePart(uint256 who, uint256 which, uint256 assets) external harmsNobody {
        (address actor, uint256 poolId) = (actorOf(who), poolOf(which));
        (uint256 shares, uint256 principal, , ) = cooperatives.positionOf(poolId, actor);
        assets = bound(assets, 0, 2 * principal + 1);
        bool there =
            assets > 0 && assets + unit <= principal && vault.sharePrice().toSharesUp(assets) <= shares;
        bool liquid = assets <= vault.maxWithdraw(address(cooperatives));
        vm.prank(actor);
        try cooperatives.withdraw(poolId, assets, actor, type(uint256).max) {
            assertTrue(there, "paid what was not there");
        } catch (bytes memory reason) {
            if (there && liquid) _onlyFor(reason, IKhipuVault.InsufficientLiquidity.selector);
        }
    }

    function claimPart(uint256 who, uint256 which) external harmsNobody {
        (address actor, uint256 poolId) = (actorOf(who), poolOf(which));
        (, , , uint256 yield) = cooperatives.positionOf(poolId, actor);
        if (!cooperatives.isMember(poolId, actor)) return;
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
        bool lossUnseen = _losesUnseen(strategies[0]) || _losesUnseen(strategies[1]);
        uint256 before = vault.convertToAssets(1e24);
        asset.mint(address(strategy), bound(assets, 0, strategy.totalAssets() / 4));
        if (!lossUnseen) assertEq(vault.convertToAssets(1e24), before, "the price moved");
    }

    /// @dev Gains of one strategy make good for losses of another, too.
    function _losesUnseen(MoodyStrategy strategy) private view returns (bool) {
        IKhipuVault.Holding memory holding = vault.holdingOf(IERC4626(address(strategy)));
        return strategy.convertToAssets(holding.shares) < holding.assets;
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
        this.report();
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

    function _count(string memory state) private {
        ++reached[state];
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
