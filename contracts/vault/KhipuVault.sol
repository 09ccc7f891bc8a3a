// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {PermitOrAllowance} from "../permit/PermitOrAllowance.sol";
import {IKhipuVault} from "./IKhipuVault.sol";
import {SharePrice} from "./SharePrice.sol";
import {Strategy} from "./Strategy.sol";
import {StrategyBook} from "./StrategyBook.sol";
import {StrategyReader} from "./StrategyReader.sol";
import {StrategySettings} from "./StrategySettings.sol";
import {VaultAccounts} from "./VaultAccounts.sol";
import {VaultOperations} from "./VaultOperations.sol";
import {VaultState} from "./VaultState.sol";

/// @title KhipuVault
/// @notice See {IKhipuVault}. What savers do every day is here; the rest is in {VaultOperations} and
/// {StrategySettings}, which this contract makes and runs as parts of itself.
contract KhipuVault is
    IKhipuVault,
    VaultAccounts,
    ERC4626,
    AccessManaged,
    Multicall,
    ReentrancyGuardTransient
{
    using Math for uint256;
    using SafeERC20 for IERC20;

    uint8 private immutable _offset;
    address private immutable _operations;
    address private immutable _settings;

    /// @param asset_ What is saved. An asset that takes fees on transfers cannot be deposited; one that lowers
    /// balances by itself must not be chosen.
    /// @param name_ Name of the shares.
    /// @param symbol_ Ticker symbol of the shares.
    /// @param authority_ The {AccessManager} that knows the roles.
    /// @param feeRecipient_ Who gets the fee.
    /// @param unlockPeriod_ Over how many seconds profit is released at least, up to 30 days.
    constructor(
        IERC20 asset_,
        string memory name_,
        string memory symbol_,
        address authority_,
        address feeRecipient_,
        uint256 unlockPeriod_
    )
        ERC20(name_, symbol_)
        ERC4626(asset_)
        AccessManaged(authority_)
        VaultAccounts(unlockPeriod_, 10 ** _offsetFor(asset_))
    {
        if (unlockPeriod_ == 0 || unlockPeriod_ > 30 days) revert UnlockPeriodOutOfRange(unlockPeriod_);
        _offset = _offsetFor(asset_);
        _operations = address(new VaultOperations(address(asset_), unlockPeriod_, _virtualShares));
        _settings = address(new StrategySettings());
        emit VaultCreated(address(asset_), _virtualShares, unlockPeriod_);
        _setFeeRecipient(feeRecipient_);
    }

    // --------------------------------------------------------------------------------------------- savers' actions

    /// @inheritdoc IERC4626
    function deposit(
        uint256 assets,
        address receiver
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256 shares) {
        return _depositAssets(assets, receiver);
    }

    /// @inheritdoc IKhipuVault
    function deposit(
        uint256 assets,
        address receiver,
        uint256 minShares
    ) external nonReentrant returns (uint256 shares) {
        shares = _depositAssets(assets, receiver);
        if (shares < minShares) revert TooFewShares(shares, minShares);
    }

    /// @inheritdoc IKhipuVault
    function depositWithPermit(
        uint256 assets,
        address receiver,
        uint256 minShares,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant returns (uint256 shares) {
        PermitOrAllowance.ensure(asset(), assets, deadline, v, r, s);
        shares = _depositAssets(assets, receiver);
        if (shares < minShares) revert TooFewShares(shares, minShares);
    }

    /// @inheritdoc IKhipuVault
    function usePermit(uint256 assets, uint256 deadline, bytes calldata signature) external {
        PermitOrAllowance.ensure(asset(), assets, deadline, signature);
    }

    /// @inheritdoc IERC4626
    function mint(
        uint256 shares,
        address receiver
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256 assets) {
        return _mintShares(shares, receiver);
    }

    /// @inheritdoc IKhipuVault
    function mint(
        uint256 shares,
        address receiver,
        uint256 maxAssets
    ) external nonReentrant returns (uint256 assets) {
        assets = _mintShares(shares, receiver);
        if (assets > maxAssets) revert TooManyAssets(assets, maxAssets);
    }

    /// @inheritdoc IERC4626
    function withdraw(
        uint256 assets,
        address receiver,
        address owner
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256 shares) {
        return _withdrawAssets(assets, receiver, owner);
    }

    /// @inheritdoc IKhipuVault
    function withdraw(
        uint256 assets,
        address receiver,
        address owner,
        uint256 maxShares
    ) external nonReentrant returns (uint256 shares) {
        shares = _withdrawAssets(assets, receiver, owner);
        if (shares > maxShares) revert TooManyShares(shares, maxShares);
    }

    /// @inheritdoc IERC4626
    function redeem(
        uint256 shares,
        address receiver,
        address owner
    ) public override(ERC4626, IERC4626) nonReentrant returns (uint256 assets) {
        return _redeemShares(shares, receiver, owner);
    }

    /// @inheritdoc IKhipuVault
    function redeem(
        uint256 shares,
        address receiver,
        address owner,
        uint256 minAssets
    ) external nonReentrant returns (uint256 assets) {
        assets = _redeemShares(shares, receiver, owner);
        if (assets < minAssets) revert TooFewAssets(assets, minAssets);
    }

    /// @inheritdoc IKhipuVault
    function redeemInKind(
        uint256,
        address,
        address,
        address[] calldata
    ) external nonReentrant returns (uint256) {
        return abi.decode(_run(_operations), (uint256));
    }

    // ------------------------------------------------------------------------------------------- anybody's actions

    /// @inheritdoc IKhipuVault
    function report() external nonReentrant returns (uint256, uint256) {
        return abi.decode(_run(_operations), (uint256, uint256));
    }

    /// @inheritdoc IKhipuVault
    function rebalance() external nonReentrant {
        _run(_operations);
    }

    /// @inheritdoc IKhipuVault
    function donate(uint256) external nonReentrant {
        _run(_operations);
    }

    // ------------------------------------------------------------------------------------ actions that raise risk

    /// @inheritdoc IKhipuVault
    function addStrategy(IERC4626, Caps calldata) external restricted nonReentrant {
        _run(_settings);
    }

    /// @inheritdoc IKhipuVault
    function raiseCaps(IERC4626, Caps calldata) external restricted nonReentrant {
        _run(_settings);
    }

    /// @inheritdoc IKhipuVault
    function raiseGainLimit(IERC4626, uint32) external restricted nonReentrant {
        _run(_settings);
    }

    /// @inheritdoc IKhipuVault
    function raiseFee(uint256) external restricted nonReentrant {
        _run(_operations);
    }

    /// @inheritdoc IKhipuVault
    function setFeeRecipient(address recipient) external restricted nonReentrant {
        // The fee on the profit so far is still the old recipient's.
        Address.functionDelegateCall(_operations, abi.encodeCall(IKhipuVault.report, ()));
        _setFeeRecipient(recipient);
    }

    /// @inheritdoc IKhipuVault
    function resumeDeposits() external restricted nonReentrant {
        VaultState.get().depositsStopped = false;
        emit DepositsResumed(msg.sender);
    }

    /// @inheritdoc IKhipuVault
    function writeOff(IERC4626) external restricted nonReentrant {
        _run(_operations);
    }

    /// @inheritdoc IKhipuVault
    function writeDown(IERC4626, uint256) external restricted nonReentrant {
        _run(_operations);
    }

    /// @inheritdoc IKhipuVault
    function acceptValue(IERC4626) external restricted nonReentrant {
        _run(_operations);
    }

    /// @inheritdoc IKhipuVault
    function sendReward(IERC20, address) external restricted nonReentrant {
        _run(_operations);
    }

    // ------------------------------------------------------------------- actions that lower risk or only steer it

    /// @inheritdoc IKhipuVault
    function stopDeposits() external restricted nonReentrant {
        VaultState.get().depositsStopped = true;
        emit DepositsStopped(msg.sender);
    }

    /// @inheritdoc IKhipuVault
    function lowerCaps(IERC4626, Caps calldata) external restricted nonReentrant {
        _run(_settings);
    }

    /// @inheritdoc IKhipuVault
    function lowerGainLimit(IERC4626, uint32) external restricted nonReentrant {
        _run(_settings);
    }

    /// @inheritdoc IKhipuVault
    function setGasLimits(IERC4626, uint256, uint256) external restricted nonReentrant {
        _run(_settings);
    }

    /// @inheritdoc IKhipuVault
    function removeStrategy(IERC4626) external restricted nonReentrant {
        _run(_operations);
    }

    /// @inheritdoc IKhipuVault
    function lowerFee(uint256) external restricted nonReentrant {
        _run(_operations);
    }

    /// @inheritdoc IKhipuVault
    function setSupplyOrder(IERC4626[] calldata) external restricted nonReentrant {
        _run(_settings);
    }

    /// @inheritdoc IKhipuVault
    function setWithdrawalOrder(IERC4626[] calldata) external restricted nonReentrant {
        _run(_settings);
    }

    /// @inheritdoc IKhipuVault
    function setMarket(IERC4626, uint8) external restricted nonReentrant {
        _run(_settings);
    }

    /// @inheritdoc IKhipuVault
    function setIdleBuffer(uint256 newBufferBps) external restricted nonReentrant {
        if (newBufferBps > BPS) revert BufferOutOfRange(newBufferBps);
        VaultState.get().idleBufferBps = uint16(newBufferBps);
        emit IdleBufferSet(newBufferBps);
    }

    // --------------------------------------------------------------------------------------------- called by itself

    /// @inheritdoc IKhipuVault
    function drawFrom(
        IERC4626 strategy,
        uint256 assets,
        uint256 maxShares
    ) external returns (uint256 burned) {
        _onlySelf();
        uint256 assetsBefore = _ownAssets();
        burned = strategy.withdraw(assets, address(this), address(this));
        if (_ownAssets() != assetsBefore + assets || burned > maxShares) {
            revert StrategyMisbehaved(address(strategy));
        }
    }

    /// @inheritdoc IKhipuVault
    function supplyTo(IERC4626, uint256) external returns (uint256) {
        return abi.decode(_run(_operations), (uint256));
    }

    /// @inheritdoc IKhipuVault
    function drainFrom(IERC4626, uint256, uint256) external returns (uint256) {
        return abi.decode(_run(_operations), (uint256));
    }

    /// @inheritdoc IKhipuVault
    function handOver(IERC4626, address, uint256) external {
        _run(_operations);
    }

    // ------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IKhipuVault
    function sharePrice() external view returns (SharePrice memory) {
        return _price(_appraise(false));
    }

    /// @inheritdoc IKhipuVault
    function certainPrice() external view nonReentrantView returns (SharePrice memory price, bool complete) {
        // Not from within a strategy that the vault is just dealing with: its books say nothing there.
        Appraisal memory a = _appraise(false);
        return (_price(a), a.unread == 0);
    }

    /// @inheritdoc IKhipuVault
    function unlockPeriod() external view returns (uint256) {
        return _unlockPeriod;
    }

    /// @inheritdoc IKhipuVault
    function feeRecipient() external view returns (address) {
        return VaultState.get().feeRecipient;
    }

    /// @inheritdoc IKhipuVault
    function feeBps() external view returns (uint256) {
        return VaultState.get().feeBps;
    }

    /// @inheritdoc IKhipuVault
    function feePerShare(address recipient) external view returns (uint256) {
        return VaultState.get().feePerShare[recipient];
    }

    /// @inheritdoc IKhipuVault
    function maxFeeBps() external pure returns (uint256) {
        return MAX_FEE_BPS;
    }

    /// @inheritdoc IKhipuVault
    function idleBufferBps() external view returns (uint256) {
        return VaultState.get().idleBufferBps;
    }

    /// @inheritdoc IERC4626
    function totalAssets() public view override(ERC4626, IERC4626) returns (uint256) {
        Appraisal memory a = _appraise(false);
        return a.gross - a.locked;
    }

    /// @inheritdoc IERC4626
    function maxDeposit(address) public view override(ERC4626, IERC4626) returns (uint256) {
        Appraisal memory a = _appraise(false);
        return _maxDeposit(a, _price(a));
    }

    /// @inheritdoc IERC4626
    function maxMint(address) public view override(ERC4626, IERC4626) returns (uint256) {
        Appraisal memory a = _appraise(false);
        SharePrice memory price = _price(a);
        return price.toSharesDown(_maxDeposit(a, price));
    }

    /// @inheritdoc IERC4626
    function maxWithdraw(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        Appraisal memory a = _appraise(false);
        return _price(a).toAssetsDown(balanceOf(owner)).min(_liquidity(a));
    }

    /// @inheritdoc IERC4626
    function maxRedeem(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        Appraisal memory a = _appraise(false);
        SharePrice memory price = _price(a);
        uint256 owned = balanceOf(owner);
        uint256 available = _liquidity(a);
        return price.toAssetsDown(owned) <= available ? owned : price.toSharesDown(available);
    }

    /// @inheritdoc IKhipuVault
    function idle() external view returns (uint256) {
        return VaultState.get().idle;
    }

    /// @inheritdoc IKhipuVault
    function depositsStopped() external view returns (bool) {
        return VaultState.get().depositsStopped;
    }

    /// @inheritdoc IKhipuVault
    function grossAssets() external view returns (uint256) {
        return _appraise(false).gross;
    }

    /// @inheritdoc IKhipuVault
    function lockedProfit() external view returns (uint256) {
        return _appraise(false).locked;
    }

    /// @inheritdoc IKhipuVault
    function liquidity() external view returns (uint256) {
        return _liquidity(_appraise(false));
    }

    /// @inheritdoc IKhipuVault
    function lossToRecover() external view returns (uint256) {
        return VaultState.get().lossToRecover;
    }

    /// @inheritdoc IKhipuVault
    function holdingOf(IERC4626 strategy) external view returns (Holding memory) {
        Strategy storage entry = VaultState.get().strategies[strategy];
        return Holding(entry.shares, entry.assets);
    }

    /// @inheritdoc IKhipuVault
    function capsOf(IERC4626 strategy) external view returns (Caps memory caps, bool listed) {
        Strategy storage entry = VaultState.get().strategies[strategy];
        return (Caps(entry.absoluteCap, entry.relativeCapBps), entry.listed);
    }

    /// @inheritdoc IKhipuVault
    function limitsOf(IERC4626 strategy) external view returns (Limits memory) {
        Strategy storage entry = VaultState.get().strategies[strategy];
        return
            Limits(
                entry.yearlyGainBps,
                entry.market,
                uint32(entry.readGas * GAS_UNIT),
                uint32(entry.moveGas * GAS_UNIT)
            );
    }

    /// @inheritdoc IKhipuVault
    function lossOf(
        IERC4626 strategy
    ) external view returns (uint256 lost, bool supplyHalted, bool writtenDown, bool impaired) {
        Strategy storage entry = VaultState.get().strategies[strategy];
        return (_lostOf(entry, entry.assets), entry.supplyHalted, entry.writtenDown, entry.impaired);
    }

    /// @inheritdoc IKhipuVault
    function supplyOrder() external view returns (IERC4626[] memory) {
        return VaultState.get().supplyOrder;
    }

    /// @inheritdoc IKhipuVault
    function withdrawalOrder() external view returns (IERC4626[] memory) {
        return VaultState.get().withdrawalOrder;
    }

    /// @inheritdoc IERC4626
    function asset() public view override(IERC4626, StrategyBook, ERC4626) returns (address) {
        return ERC4626.asset();
    }

    /// @inheritdoc ERC4626
    function decimals() public view override(IERC20Metadata, ERC20, ERC4626) returns (uint8) {
        return ERC4626.decimals();
    }

    // ------------------------------------------------------------------------------------------------------- inside

    function _depositAssets(uint256 assets, address receiver) private returns (uint256 shares) {
        Appraisal memory a = _appraise(false);
        SharePrice memory price = _price(a);
        uint256 max = _maxDeposit(a, price);
        if (assets > max) revert ERC4626ExceededMaxDeposit(receiver, assets, max);
        _bookLosses(a);
        shares = price.toSharesDown(assets);
        _enter(a, receiver, assets, shares);
    }

    function _mintShares(uint256 shares, address receiver) private returns (uint256 assets) {
        Appraisal memory a = _appraise(false);
        SharePrice memory price = _price(a);
        uint256 max = price.toSharesDown(_maxDeposit(a, price));
        if (shares > max) revert ERC4626ExceededMaxMint(receiver, shares, max);
        _bookLosses(a);
        assets = price.toAssetsUp(shares);
        _enter(a, receiver, assets, shares);
    }

    function _withdrawAssets(
        uint256 assets,
        address receiver,
        address owner
    ) private returns (uint256 shares) {
        (Appraisal memory a, SharePrice memory price) = _accrue();
        shares = price.toSharesUp(assets);
        if (shares > balanceOf(owner)) {
            revert ERC4626ExceededMaxWithdraw(owner, assets, price.toAssetsDown(balanceOf(owner)));
        }
        _leave(a, receiver, owner, assets, shares);
    }

    function _redeemShares(uint256 shares, address receiver, address owner) private returns (uint256 assets) {
        (Appraisal memory a, SharePrice memory price) = _accrue();
        if (shares > balanceOf(owner)) revert ERC4626ExceededMaxRedeem(owner, shares, balanceOf(owner));
        assets = price.toAssetsDown(shares);
        _leave(a, receiver, owner, assets, shares);
    }

    /// @dev The money comes first and the books after it: a token that calls back meanwhile meets the books as they
    /// were, in which neither the money nor the shares exist.
    function _enter(Appraisal memory a, address receiver, uint256 assets, uint256 shares) private {
        if (shares == 0 && assets > 0) revert ZeroShares(assets);
        _takeIn(assets);
        _mint(receiver, shares);
        a.gross += assets;
        emit Deposit(msg.sender, receiver, assets, shares);
        _emitAccounts(a);
    }

    function _leave(
        Appraisal memory a,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) private {
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, shares);
        uint256 supply = totalSupply();
        uint256 available = _gather(assets, a.readings);
        if (available < assets) revert InsufficientLiquidity(assets, available);
        // Not before: a strategy that looks at the share price while it pays must see shares and assets that match.
        _burn(owner, shares);
        VaultState.get().idle = uint112(available - assets);
        a.gross -= assets;
        emit Withdraw(msg.sender, receiver, owner, assets, shares);
        _afterExit(a, shares, supply);
        IERC20(asset()).safeTransfer(receiver, assets);
    }

    /// @dev Nothing while a strategy cannot be read, since nobody could say what the new shares are worth, and while a
    /// strategy is impaired, since what comes back of it belongs to those who bore the loss.
    function _maxDeposit(Appraisal memory a, SharePrice memory price) private view returns (uint256) {
        if (VaultState.get().depositsStopped || a.unread > 0 || a.impaired) return 0;
        uint256 room = StrategyReader.MAX_VALUE.saturatingSub(a.gross);
        return price.toAssetsDown(MAX_SUPPLY.saturatingSub(totalSupply())).min(room);
    }

    /// @dev For the previews, which are OpenZeppelin's; {_price} is the same price.
    function _decimalsOffset() internal view override returns (uint8) {
        return _offset;
    }

    /// @dev Shares have 18 decimals, or six more than the asset: then, with 6, 8 or 18 decimals, after a hundred years
    /// at 20 % a share is worth less than the asset's smallest unit or than 1e-16 of a token, so that roundings stay
    /// dust.
    function _offsetFor(IERC20 asset_) private view returns (uint8) {
        uint8 assetDecimals = IERC20Metadata(address(asset_)).decimals();
        return assetDecimals < 12 ? 18 - assetDecimals : 6;
    }

    /// @dev Runs this very call in another contract's code, on this contract's books.
    function _run(address code) private returns (bytes memory) {
        return Address.functionDelegateCall(code, msg.data);
    }

    function _setFeeRecipient(address recipient) private {
        if (recipient == address(0)) revert ZeroAddress();
        VaultState.get().feeRecipient = recipient;
        emit FeeRecipientSet(recipient);
    }
}
