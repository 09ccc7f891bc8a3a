// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICooperativePools} from "../../contracts/cooperative/ICooperativePools.sol";
import {Fixture} from "./Fixture.sol";

/// @notice Every entry point of the pools that takes an amount, with any amount, before and after a gain and a loss.
/// Nobody gets out more than is theirs, nor less than that by more than rounding.
abstract contract AmountsProperties is Fixture {
    address private constant ANA = address(0xA);
    address private constant BETO = address(0xB);

    function decimals() internal pure virtual returns (uint8);

    function setUp() public {
        deployProtocol(decimals(), 1_000);
        enter(BETO, 1_000 * unit);
        cooperatives.createPool(ICooperativePools.Terms("Pool", 1, type(uint112).max, 9, true), 0, 0);
        invest();
    }

    function testFuzz_savedAndTakenOut(uint256 assets, uint64 gain, uint64 loss) public {
        assets = live(assets, gain, loss);
        fund(ANA, assets, address(savings));
        vm.startPrank(ANA);
        savings.deposit(assets, ANA, 0);
        uint256 back = savings.withdrawAll(ANA, 0);
        assertLe(back, assets, "profit");
        assertGe(back + 1, assets, "loss");
    }

    function testFuzz_savedAndTakenOutInTwoParts(
        uint256 assets,
        uint256 part,
        uint64 gain,
        uint64 loss
    ) public {
        assets = live(assets, gain, loss);
        part = bound(part, 1, assets - 1);
        fund(ANA, assets, address(savings));
        vm.startPrank(ANA);
        savings.deposit(assets, ANA, 0);
        savings.withdraw(part, ANA, type(uint256).max);
        (, uint256 principal, , ) = savings.positionOf(ANA);
        assertEq(principal, assets - part, "mark");
        uint256 back = savings.withdrawAll(ANA, 0);
        assertLe(back + part, assets, "profit");
        assertGe(back + part + 3, assets, "loss");
    }

    function testFuzz_claimedThenTakenOut(uint256 assets, uint64 gain) public {
        assets = bound(assets, unit, 1e9 * unit);
        fund(ANA, assets, address(savings));
        vm.prank(ANA);
        savings.deposit(assets, ANA, 0);
        earn(first, bound(gain, 0, 100 * unit));
        vault.report();
        skip(UNLOCK_PERIOD);
        (, , uint256 value, uint256 yield) = savings.positionOf(ANA);
        vm.startPrank(ANA);
        uint256 claimed = yield > 0 ? savings.claimYield(ANA) : 0;
        uint256 back = savings.withdrawAll(ANA, 0);
        assertLe(claimed + back, value + 1, "profit");
        assertGe(claimed + back + 3, value, "loss");
        if (value >= assets) assertGe(back, assets - 1, "the claim took principal");
    }

    function testFuzz_compoundingPaysTheSame(uint256 assets, uint64 gain, bool compounded) public {
        assets = bound(assets, unit, 1e9 * unit);
        fund(ANA, assets, address(savings));
        vm.prank(ANA);
        savings.deposit(assets, ANA, 0);
        earn(first, bound(gain, 0, 100 * unit));
        vault.report();
        skip(UNLOCK_PERIOD);
        (, , uint256 value, ) = savings.positionOf(ANA);
        address[] memory savers = new address[](1);
        savers[0] = ANA;
        if (compounded) savings.compound(savers);
        vm.prank(ANA);
        assertEq(savings.withdrawAll(ANA, 0), value, "compounding changed what is paid");
    }

    function testFuzz_joinedAddedAndLeft(uint256 assets, uint256 more, uint64 gain, uint64 loss) public {
        assets = live(assets, gain, loss);
        more = bound(more, unit, 1e9 * unit);
        fund(ANA, assets + more, address(cooperatives));
        vm.startPrank(ANA);
        cooperatives.join(1, assets, 0);
        cooperatives.contribute(1, ANA, more, 0);
        uint256 back = cooperatives.leave(1, ANA, 0);
        assertLe(back, assets + more, "profit");
        assertGe(back + 2, assets + more, "loss");
        assertFalse(cooperatives.isMember(1, ANA), "still a member");
    }

    function testFuzz_partTakenOut(uint256 assets, uint256 part, uint64 gain, uint64 loss) public {
        assets = live(assets, gain, loss);
        part = bound(part, 1, assets - 2);
        fund(ANA, assets, address(cooperatives));
        vm.startPrank(ANA);
        cooperatives.join(1, assets, 0);
        cooperatives.withdraw(1, part, ANA, type(uint256).max);
        assertEq(asset.balanceOf(ANA), part, "paid");
        uint256 back = cooperatives.leave(1, ANA, 0);
        assertLe(back + part, assets, "profit");
        assertGe(back + part + 3, assets, "loss");
    }

    /// @dev A gain and a loss before anything happens, and an amount that is worth at least a few shares.
    function live(uint256 assets, uint64 gain, uint64 loss) private returns (uint256) {
        earn(first, bound(gain, 0, 100 * unit));
        vault.report();
        skip(UNLOCK_PERIOD / 2);
        second.lose(bound(loss, 0, 100 * unit));
        return bound(assets, unit, 1e9 * unit);
    }
}

contract AmountsWith6DecimalsTest is AmountsProperties {
    function decimals() internal pure override returns (uint8) {
        return 6;
    }
}

contract AmountsWith18DecimalsTest is AmountsProperties {
    function decimals() internal pure override returns (uint8) {
        return 18;
    }
}
