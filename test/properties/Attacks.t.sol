// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {CooperativePools} from "../../contracts/cooperative/CooperativePools.sol";
import {ICooperativePools} from "../../contracts/cooperative/ICooperativePools.sol";
import {SavingsPool} from "../../contracts/savings/SavingsPool.sol";
import {IKhipuVault} from "../../contracts/vault/IKhipuVault.sol";
import {KhipuVault} from "../../contracts/vault/KhipuVault.sol";
import {CallbackToken, ITokenCallback} from "../doubles/CallbackToken.sol";
import {MoodyStrategy} from "../doubles/MoodyStrategy.sol";
import {TollToken} from "../doubles/TollToken.sol";
import {Fixture} from "./Fixture.sol";

/// @notice Enters the contract that it is in again from inside its own transfers, by every door, and looks at the share
/// price meanwhile.
contract Reentrant is ITokenCallback {
    KhipuVault private immutable vault;
    SavingsPool private immutable savings;
    CooperativePools private immutable cooperatives;

    address private entered;

    uint256 public attempts;
    uint256 public successes;
    uint256 public lowestPrice = type(uint256).max;
    uint256 public highestPrice;

    constructor(KhipuVault vault_, SavingsPool savings_, CooperativePools cooperatives_) {
        vault = vault_;
        savings = savings_;
        cooperatives = cooperatives_;
        CallbackToken asset = CallbackToken(vault_.asset());
        asset.approve(address(vault_), type(uint256).max);
        asset.approve(address(savings_), type(uint256).max);
        asset.approve(address(cooperatives_), type(uint256).max);
    }

    function act(address target, bytes calldata data) external {
        entered = target;
        Address.functionCall(target, data);
    }

    function onTokensMoved() external {
        uint256 price = vault.convertToAssets(1e24);
        if (price < lowestPrice) lowestPrice = price;
        if (price > highestPrice) highestPrice = price;
        address me = address(this);
        _try(address(vault), abi.encodeWithSignature("deposit(uint256,address)", 1, me));
        _try(address(vault), abi.encodeWithSignature("mint(uint256,address)", 1, me));
        _try(address(vault), abi.encodeWithSignature("withdraw(uint256,address,address)", 1, me, me));
        _try(address(vault), abi.encodeWithSignature("redeem(uint256,address,address)", 1, me, me));
        _try(
            address(vault),
            abi.encodeWithSignature(
                "redeemInKind(uint256,address,address,address[])",
                1e7,
                me,
                me,
                new address[](0)
            )
        );
        _try(address(vault), abi.encodeCall(IKhipuVault.report, ()));
        _try(address(vault), abi.encodeCall(IKhipuVault.rebalance, ()));
        _try(address(savings), abi.encodeCall(SavingsPool.deposit, (1, me, 0)));
        _try(address(savings), abi.encodeCall(SavingsPool.withdraw, (1, me, type(uint256).max)));
        _try(address(savings), abi.encodeCall(SavingsPool.withdrawAll, (me, 0)));
        _try(address(savings), abi.encodeCall(SavingsPool.claimYield, (me)));
        _try(address(cooperatives), abi.encodeCall(CooperativePools.withdraw, (1, 1, me, type(uint256).max)));
        _try(address(cooperatives), abi.encodeCall(CooperativePools.claimYield, (1, me)));
        _try(address(cooperatives), abi.encodeCall(CooperativePools.leave, (1, me, 0)));
    }

    function _try(address target, bytes memory data) private {
        if (target != entered) return;
        ++attempts;
        (bool done, ) = target.call(data);
        if (done) ++successes;
    }
}

/// @notice A token that calls back gives nobody a second go, and shows nobody a price that is not one.
contract ReentrancyTest is Test {
    KhipuVault private vault;
    SavingsPool private savings;
    CooperativePools private cooperatives;
    CallbackToken private asset;
    MoodyStrategy private strategy;
    Reentrant private attacker;

    function setUp() public {
        asset = new CallbackToken();
        strategy = new MoodyStrategy(asset);
        address manager = address(new AccessManager(address(this)));
        vault = new KhipuVault(asset, "Vault", "V", manager, address(this), 1 days);
        vault.addStrategy(IERC4626(address(strategy)), IKhipuVault.Caps(type(uint128).max, 10_000));
        savings = new SavingsPool(vault, manager, 1, type(uint128).max, type(uint128).max, 0);
        cooperatives = new CooperativePools(vault);
        cooperatives.createPool(ICooperativePools.Terms("Pool", 1, type(uint112).max, 9, true), 0, 0);
        attacker = new Reentrant(vault, savings, cooperatives);
        asset.mint(address(attacker), 1e24);
        asset.mint(address(this), 1e20);
        asset.approve(address(vault), 1e20);
        vault.deposit(1e20, address(this));
        skip(1);
        vault.rebalance();
    }

    function testFuzz_nothingCanBeReentered(uint256 assets) public {
        assets = bound(assets, 1e6, 1e22);
        address me = address(attacker);
        attacker.act(address(vault), abi.encodeWithSignature("deposit(uint256,address)", assets, me));
        attacker.act(address(savings), abi.encodeCall(SavingsPool.deposit, (assets, me, 0)));
        attacker.act(address(cooperatives), abi.encodeCall(CooperativePools.join, (1, assets, 0)));
        skip(1);
        vault.rebalance();
        uint256 price = vault.convertToAssets(1e24);

        attacker.act(address(asset), abi.encodeCall(CallbackToken.callMe, ()));
        attacker.act(address(vault), abi.encodeWithSignature("deposit(uint256,address)", assets, me));
        attacker.act(address(savings), abi.encodeCall(SavingsPool.deposit, (assets, me, 0)));
        attacker.act(
            address(savings),
            abi.encodeCall(SavingsPool.withdraw, (assets / 2, me, type(uint256).max))
        );
        attacker.act(address(savings), abi.encodeCall(SavingsPool.withdrawAll, (me, 0)));
        attacker.act(address(cooperatives), abi.encodeCall(CooperativePools.leave, (1, me, 0)));
        attacker.act(
            address(vault),
            abi.encodeWithSignature("withdraw(uint256,address,address)", assets, me, me)
        );

        assertGt(attacker.attempts(), 20, "the token did not call");
        assertEq(attacker.successes(), 0, "something was entered twice");
        assertApproxEqAbs(attacker.lowestPrice(), price, 1e6, "a price too low was shown");
        assertApproxEqAbs(attacker.highestPrice(), price, 1e6, "a price too high was shown");
    }
}

/// @notice A strategy that holds every role, and uses them in the middle of taking and giving money.
contract Meddler is MoodyStrategy {
    KhipuVault private immutable vault;

    uint256 public attempts;
    uint256 public successes;

    constructor(KhipuVault vault_) MoodyStrategy(IERC20(vault_.asset())) {
        vault = vault_;
    }

    function _deposit(address caller, address receiver, uint256 assets, uint256 shares) internal override {
        _meddle();
        super._deposit(caller, receiver, assets, shares);
    }

    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override {
        _meddle();
        super._withdraw(caller, receiver, owner, assets, shares);
    }

    function _meddle() private {
        IERC4626 me = IERC4626(address(this));
        IERC4626[] memory order = new IERC4626[](1);
        order[0] = me;
        IKhipuVault.Caps memory caps = IKhipuVault.Caps(type(uint128).max, 10_000);
        _try(
            abi.encodeCall(
                IKhipuVault.addStrategy,
                (IERC4626(address(new MoodyStrategy(IERC20(asset())))), caps)
            )
        );
        _try(abi.encodeCall(IKhipuVault.raiseCaps, (me, caps)));
        _try(abi.encodeCall(IKhipuVault.lowerCaps, (me, caps)));
        _try(abi.encodeCall(IKhipuVault.raiseFee, (2_000)));
        _try(abi.encodeCall(IKhipuVault.lowerFee, (0)));
        _try(abi.encodeCall(IKhipuVault.setFeeRecipient, (address(this))));
        _try(abi.encodeCall(IKhipuVault.stopDeposits, ()));
        _try(abi.encodeCall(IKhipuVault.resumeDeposits, ()));
        _try(abi.encodeCall(IKhipuVault.setSupplyOrder, (order)));
        _try(abi.encodeCall(IKhipuVault.setWithdrawalOrder, (order)));
        _try(abi.encodeCall(IKhipuVault.setIdleBuffer, (1)));
        _try(abi.encodeCall(IKhipuVault.removeStrategy, (me)));
        _try(abi.encodeCall(IKhipuVault.report, ()));
        _try(abi.encodeCall(IKhipuVault.rebalance, ()));
    }

    function _try(bytes memory data) private {
        ++attempts;
        (bool done, ) = address(vault).call(data);
        if (done) ++successes;
    }
}

/// @notice What the classical attacks cost those who try them.
contract AttacksTest is Fixture {
    address private constant ATTACKER = address(0xBAD);
    address private constant VICTIM = address(0x600D);

    function setUp() public {
        deployProtocol(18, 1_000);
    }

    /// Not even a strategy that holds every role changes anything in the middle of a movement of money.
    function test_rolesCannotActInTheMiddle() public {
        Meddler meddler = new Meddler(vault);
        vault.addStrategy(IERC4626(address(meddler)), IKhipuVault.Caps(type(uint128).max, 10_000));
        IERC4626[] memory order = new IERC4626[](3);
        (order[0], order[1], order[2]) = (
            IERC4626(address(meddler)),
            IERC4626(address(first)),
            IERC4626(address(second))
        );
        vault.setSupplyOrder(order);
        vault.setWithdrawalOrder(order);
        AccessManager(vault.authority()).grantRole(0, address(meddler), 0);
        vault.setGasLimits(IERC4626(address(meddler)), 300_000, 6_000_000);
        enter(VICTIM, 100 * unit);
        invest();
        vm.prank(VICTIM);
        vault.withdraw(50 * unit, VICTIM, VICTIM);
        vault.removeStrategy(IERC4626(address(meddler)));
        assertEq(meddler.attempts(), 3 * 14, "the strategy was not asked");
        assertEq(meddler.successes(), 0, "a role acted in the middle");
    }

    /// The first saver cannot make the second one's shares round away by a donation.
    function testFuzz_firstDepositCannotBeInflated(uint256 seed, uint256 donation, uint256 assets) public {
        seed = bound(seed, 1, 1e18);
        donation = bound(donation, 1, 1e24);
        assets = bound(assets, 1e6, 1e24);
        enter(ATTACKER, seed);
        invest();
        // Straight to the vault it moves nothing; through a strategy it is a profit, released to all.
        asset.mint(address(vault), donation);
        earn(first, donation);
        earn(second, donation);
        vault.report();
        skip(UNLOCK_PERIOD);
        uint256 attackersBefore = vault.maxWithdraw(ATTACKER);
        if (vault.previewDeposit(assets) == 0) return;
        uint256 shares = enter(VICTIM, assets);
        uint256 lost = assets - vault.convertToAssets(shares);
        uint256 gained = vault.maxWithdraw(ATTACKER) - attackersBefore;
        assertLe(lost, (2 * donation) / 1e6 + 2, "the victim lost");
        assertLe(gained, lost, "the attacker gained more than was lost");
        assertLe(attackersBefore + gained, seed + 2 * donation, "the attack paid");
    }

    /// A fee-on-transfer asset never gets in, neither by the vault nor by a pool.
    function testFuzz_tollAssetsStayOut(uint256 assets) public {
        assets = bound(assets, 100, 1e24);
        TollToken toll = new TollToken();
        address manager = vault.authority();
        KhipuVault tollVault = new KhipuVault(toll, "Toll", "T", manager, address(this), 1 days);
        SavingsPool tollSavings = new SavingsPool(
            tollVault,
            manager,
            1,
            type(uint128).max,
            type(uint128).max,
            0
        );
        toll.mint(address(this), assets);
        toll.approve(address(tollVault), assets);
        toll.approve(address(tollSavings), assets);
        vm.expectRevert(
            abi.encodeWithSelector(IKhipuVault.AssetTookFee.selector, assets, assets - assets / 100)
        );
        tollVault.deposit(assets, address(this));
        vm.expectRevert();
        tollSavings.deposit(assets, address(this), 0);
    }

    /// Who enters before a harvest and leaves any time within the unlock period takes no more than the time was worth.
    function testFuzz_harvestCannotBeSandwiched(uint256 assets, uint256 profit, uint256 stay) public {
        assets = bound(assets, 1e18, 1e24);
        profit = bound(profit, 1, 1e20);
        stay = bound(stay, 0, UNLOCK_PERIOD);
        enter(VICTIM, 1e20);
        invest();
        earn(first, profit);
        uint256 shares = enter(ATTACKER, assets);
        vault.report();
        skip(stay);
        uint256 worth = vault.convertToAssets(shares);
        assertLe(worth, assets + (profit * stay) / UNLOCK_PERIOD + 1, "took more than was released");
        if (stay == 0) assertLe(worth, assets, "took something in no time");
    }

    /// A saver's claim, or its absence, changes nobody else's position.
    function testFuzz_claimsDoNotTouchOthers(uint256 assets, uint256 profit) public {
        assets = bound(assets, 1e12, 1e24);
        profit = bound(profit, 1e6, assets);
        for (uint160 who = 1; who <= 2; ++who) {
            fund(address(who), assets, address(savings));
            vm.prank(address(who));
            savings.deposit(assets, address(who), 0);
        }
        invest();
        earn(first, profit);
        vault.report();
        skip(UNLOCK_PERIOD);
        (, , uint256 value, uint256 yield) = savings.positionOf(address(2));
        vm.assume(yield > 0 && vault.maxWithdraw(address(savings)) >= yield);
        vm.prank(address(1));
        savings.claimYield(address(1));
        (, , uint256 valueAfter, uint256 yieldAfter) = savings.positionOf(address(2));
        assertApproxEqAbs(valueAfter, value, 4, "value");
        assertApproxEqAbs(yieldAfter, yield, 4, "yield");
        assertGe(valueAfter + 4, value, "took from another");
    }

    /// However often a strategy is asked to move money by strangers, it costs savers no more than rounding.
    function testFuzz_rebalancingBackAndForthCostsNothing(uint256 assets, uint8 times) public {
        assets = bound(assets, 1e6, 1e24);
        enter(VICTIM, assets);
        invest();
        uint256 worth = vault.maxWithdraw(VICTIM);
        for (uint256 i = 0; i < times % 8; ++i) {
            uint256 shares = enter(ATTACKER, 10 * assets);
            invest();
            vm.prank(ATTACKER);
            vault.redeem(shares, ATTACKER, ATTACKER);
            invest();
        }
        assertGe(vault.maxWithdraw(VICTIM) + 100, worth, "rebalancing cost the saver");
    }
}
