using System.Collections.Immutable;
using Replication.Core.Bootstrapping;
using Replication.Core.Following;
using Replication.Core.Following.Retention;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Snapshots;
using Replication.Core.Transactions;

namespace Replication.Core.Database;

/// <summary>
/// One opened data directory: identity, log, snapshots and the state that readers see. A node owns it and lends it to
/// one role at a time; reading is for everybody.
/// </summary>
public sealed class LocalDatabase : IDisposable
{
    private readonly DatabaseEnvironment _environment;
    private readonly DatabaseOptions _options;
    private readonly DirectoryOpener _opener;
    private readonly IDisposable _lock;
    private readonly Lock _snapshotGate = new();
    private readonly PublishedState _published = new();
    private LogLease? _log;
    private long _commitIndex;
    private bool _withdrawn;
    private readonly bool _writes;
    private volatile DigestStanding _standing;
    private volatile DigestHold? _hold;

    private LocalDatabase(DatabaseEnvironment environment, DatabaseOptions options, DirectoryOpener opener, DataLayout layout, IDisposable directoryLock, bool writes)
    {
        _environment = environment;
        _options = options;
        _opener = opener;
        _lock = directoryLock;
        _writes = writes;
        Layout = layout;
        Identity = opener.ReadIdentity(layout);
        Digests = new DigestHistory(options.DigestsRemembered);
        Snapshots = null!;
        Opening = null!;
    }

    /// <summary>Where things are.</summary>
    public DataLayout Layout { get; }

    /// <summary>Who the node is.</summary>
    public NodeIdentity Identity { get; private set; }

    /// <summary>The lineage of the data; none while there is none.</summary>
    public HistoryId History => Identity.History;

    /// <summary>The snapshots on disk.</summary>
    public SnapshotCatalogue Snapshots { get; private set; }

    /// <summary>What opening found.</summary>
    public OpeningReport Opening { get; private set; }

    /// <summary>The log and for how long it is this one; null while the node has no history.</summary>
    public LogLease? Log => Volatile.Read(ref _log);

    /// <summary>The state that readers see, without its records: those are read through <see cref="OpenView"/> or <see cref="Enter"/>.</summary>
    public DatabaseState State => _published.Newest;

    /// <summary>What readers see now, to be kept until it is disposed of.</summary>
    public ReadView OpenView() => _published.OpenView();

    /// <summary>What readers see now, for one short traversal by this thread.</summary>
    public ReadGuard Enter() => _published.Enter();

    /// <summary>The highest index that readers may ever see, as far as this node knows.</summary>
    public long CommitIndex => Interlocked.Read(ref _commitIndex);

    /// <summary>Digests behind the last entries.</summary>
    public DigestHistory Digests { get; }

    /// <summary>How far what is in memory can be believed.</summary>
    public DigestStanding Standing => _standing;

    /// <summary>Where this node stopped because its files do not agree with a digest; null when they do.</summary>
    public DigestHold? Hold => _hold;

    /// <summary>Fires when <see cref="State"/> moved.</summary>
    public Pulse Applied { get; } = new();

    /// <summary>Fires when the end of the synced log, or the commit index, moved.</summary>
    public Pulse Durable { get; } = new();

    internal DatabaseEnvironment World => _environment;

    internal int SegmentBytes => _options.Log.SegmentBytes;

    /// <summary>Opens a data directory, or makes it.</summary>
    /// <param name="environment">The world.</param>
    /// <param name="options">Which directory.</param>
    /// <param name="withHistory">Whether the node is to write (a primary), and begins a history when it is new, or waits for one (a replica).</param>
    /// <exception cref="DataDirectoryException">It cannot be used as it is; for a primary, a digest in its log does not agree.</exception>
    /// <exception cref="LogDamagedException">Synced entries are missing or changed.</exception>
    /// <exception cref="ApplyException">An entry of the log cannot be applied.</exception>
    public static LocalDatabase Open(DatabaseEnvironment environment, DatabaseOptions options, bool withHistory)
    {
        options.Log.Validated();
        var opener = new DirectoryOpener(environment, options);
        var isNew = opener.EnsureExists(withHistory);
        var layout = new DataLayout(Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Directory)));
        var directoryLock = opener.Lock(layout);
        LocalDatabase? database = null;
        try
        {
            database = new LocalDatabase(environment, options, opener, layout, directoryLock, withHistory);
            if (database.Identity.StartCounter == 0) opener.SyncName(layout);
            database.Recover(isNew);
            database.SaveIdentity(database.Identity with { StartCounter = database.Identity.StartCounter + 1 });
            return database;
        }
        catch
        {
            if (database is not null) database.Dispose();
            else directoryLock.Dispose();
            throw;
        }
    }

    /// <summary>Changes who the node is or what it promised; durable when this returns.</summary>
    public void SaveIdentity(NodeIdentity identity)
    {
        _opener.WriteIdentity(Layout, identity);
        Identity = identity;
    }

    /// <summary>
    /// Promises a new reign, above every one that this node has seen or promised; durable when this returns. Only then
    /// may it write.
    /// </summary>
    /// <param name="nodeName">For the epoch start.</param>
    /// <exception cref="InvalidOperationException">The node has no history.</exception>
    public Reign PromiseReign(string nodeName)
    {
        var seen = (Log ?? throw new InvalidOperationException("A node without a history cannot become primary.")).Epochs.Last.Epoch;
        var epoch = (seen > Identity.PromisedEpoch ? seen : Identity.PromisedEpoch).Next();
        var reign = new Reign(epoch, _environment.Entropy.NextNonZero(), Identity.NodeId, nodeName);
        SaveIdentity(Identity with { PromisedEpoch = epoch, PromisedReign = reign.Id });
        return reign;
    }

    /// <summary>Shows a batch that is synced here, which at quorum 0 is committed, and wakes those who stream it.</summary>
    public void Show(CommitBatch batch)
    {
        MoveCommitIndex(batch.State.Index);
        Publish(batch.State);
        Durable.Fire();
    }

    /// <summary>Shows a state to readers. Only what is committed; nothing while memory is doubted.</summary>
    public void Publish(DatabaseState state)
    {
        _published.Publish(state);
        // Behind the write, so that what is published at the moment of the doubt does not stay.
        if (_standing == DigestStanding.Doubted) _published.Publish(DatabaseState.Empty);
        Applied.Fire();
    }

    /// <summary>
    /// Memory does not agree with a digest in the log, and may have been wrong since the last one that did: nothing of it
    /// is shown any more. <see cref="Replay"/> decides.
    /// </summary>
    /// <param name="at">Of a committed entry, at which that was found.</param>
    public void Doubt(LogPosition at)
    {
        _standing = DigestVerdict.Of(_standing, DigestFinding.MemoryDisagrees, writes: false).Standing;
        MoveCommitIndex(at.Index);
        Publish(DatabaseState.Empty);
    }

    /// <summary>
    /// Builds the state anew from this node's own snapshot and log, as far as the log is synced and committed, and shows
    /// it: all of it when every digest agrees, otherwise up to the last one that does, for good.
    /// </summary>
    /// <param name="shows">Told what it found before readers see it, when nothing can fail any more: whoever sees it finds it counted.</param>
    /// <returns>Snapshots that turned out to be damaged or wrong.</returns>
    /// <exception cref="DataDirectoryException">The files do not reach back far enough.</exception>
    /// <exception cref="InvalidOperationException">There is no log.</exception>
    public IReadOnlyList<SnapshotDamagedException> Replay(Action<DigestStanding>? shows = null)
    {
        lock (_snapshotGate)
        {
            var log = Log?.Log ?? throw new InvalidOperationException("A node without a log has nothing to replay.");
            var recovery = new StateRecovery(_environment.Files, Snapshots, log, Digests, new RecoveryProgress());
            var replayed = recovery.Run(CommitIndex, showSynced: false);
            var standing = DigestVerdict.Of(_standing, replayed.Hold is null ? DigestFinding.FilesAgree : DigestFinding.FilesDisagree, writes: false).Standing;
            shows?.Invoke(standing);
            _published.Publish(replayed.State); // First: where nothing is doubted, nothing is withheld.
            (_hold, _standing) = (replayed.Hold, standing);
            Applied.Fire();
            return recovery.Damaged;
        }
    }

    /// <summary>The commit index moved; it never falls.</summary>
    public void MoveCommitIndex(long index)
    {
        if (index > CommitIndex) Interlocked.Exchange(ref _commitIndex, index);
    }

    /// <summary>
    /// Writes a snapshot, unless the newest one already is of this position, and removes older ones and log that neither
    /// this node nor its followers need. One at a time; commits go on.
    /// </summary>
    /// <param name="view">Of a state that was published here.</param>
    /// <param name="needs">What the followers need.</param>
    /// <param name="cancellation">Ends the writing.</param>
    /// <exception cref="SnapshotRefusedException">There is no data; the state is not of the log that is here now; a digest does not agree with it: a replica's memory is doubted from then on.</exception>
    public SnapshotManifest TakeSnapshot(ReadView view, FollowerNeeds needs, CancellationToken cancellation)
    {
        lock (_snapshotGate)
        {
            var state = view.State;
            // The state may have been taken before it was doubted, and what replaced it has another digest there.
            if (_standing != DigestStanding.Sound || (Digests.Find(state.Index) is { } known && known.Digest != state.Digest)) throw SnapshotRefusedException.Doubted(state.Index);
            var log = SnapshotOrigin.Of(state, Log);
            if (Snapshots.NewestFirst is [var newest, ..] && newest.Position == state.Position) return newest;
            var manifest = WriteSnapshot(view, cancellation);
            Snapshots.Add(manifest, needs.Snapshots);
            PruneLog(log, needs);
            return manifest;
        }
    }

    /// <summary>Removes log that neither this node nor its followers need; nothing while a snapshot is written.</summary>
    public void Prune(FollowerNeeds needs)
    {
        if (!_snapshotGate.TryEnter()) return;
        try
        {
            if (Log is { } lease) PruneLog(lease.Log, needs);
        }
        finally
        {
            _snapshotGate.Exit();
        }
    }

    /// <summary>The followers that were registered when this was saved last; none when the register is lost.</summary>
    public ImmutableArray<RegisteredFollower> ReadFollowers() =>
        _environment.Files.FileExists(Layout.Followers) ? FollowerRegister.FromBytes(_opener.ReadWhole(Layout.Followers, FileLabel.Register)) ?? [] : [];

    /// <summary>Keeps the followers over a restart; durable when this returns.</summary>
    public void SaveFollowers(IEnumerable<RegisteredFollower> followers) => _opener.WriteWhole(Layout.Root, Layout.Followers, FollowerRegister.ToBytes(followers), FileLabel.Register);

    /// <summary>
    /// Replaces log and snapshots by those of a bootstrap, and shows its state. Whoever reads the old log is ended first.
    /// The old log is kept aside when it has entries that the new one is not known to have.
    /// </summary>
    /// <param name="bootstrap">Complete; nobody appends to its log any more. Is disposed of.</param>
    /// <param name="state">Loaded from it, and replayed as far as it is committed.</param>
    /// <param name="shows">Called as by <see cref="Replay"/>.</param>
    /// <exception cref="DiskFullException">There is no room for the decision; nothing has changed.</exception>
    /// <exception cref="InstallInterruptedException">The process has to end; the next start does the rest.</exception>
    public void Install(Bootstrap bootstrap, DatabaseState state, Action? shows = null)
    {
        lock (_snapshotGate)
        {
            if (_standing == DigestStanding.Holding) throw new InvalidOperationException("A node that holds never replaces its data by itself.");
            // May find the disk full; then nothing has changed and the old log is still served.
            Installation.Stage(_environment.Files, Layout, Installation.KeepsOldLog(Log, bootstrap));
            bootstrap.Dispose();
            Log?.Dispose();
            Volatile.Write(ref _log, null);
            try
            {
                Replace(bootstrap.Manifest.History, state);
            }
            catch (IOException failure)
            {
                throw new InstallInterruptedException(failure);
            }
            shows?.Invoke();
            Publish(state);
        }
    }

    /// <summary>Whether this node's data turned out not to be in the history that goes on: until a bootstrap nobody reads or follows it.</summary>
    public bool IsWithdrawn => Volatile.Read(ref _withdrawn);

    /// <summary>Takes what readers see away from them, and ends those who follow this node: it is not in the history that goes on.</summary>
    public void Withdraw()
    {
        Volatile.Write(ref _withdrawn, true);
        Log?.End();
        Publish(DatabaseState.Empty);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Log?.Dispose();
        _lock.Dispose();
    }

    private void Recover(bool isNew)
    {
        Installation.Finish(_environment.Files, Layout);
        _opener.RequireFolders(Layout);
        Snapshots = new SnapshotCatalogue(_environment.Files, Layout.Snapshots);
        if (LogRecovery.SegmentNames(_environment.Files, Layout.Log).Count == 0)
        {
            if (History != HistoryId.None || Snapshots.NewestFirst.Count > 0)
                throw new DataDirectoryException($"{Layout.Log} holds no log although this node has data. Restore the missing files, or start from an empty directory as a replica.");
            Opening = new OpeningReport(isNew, 0, 0, null, Snapshots.Damaged);
            RemoveLeftovers();
            return;
        }
        var recovered = OpenLog();
        try
        {
            if (History == HistoryId.None) Identity = Identity with { History = recovered.Log.History };
            if (recovered.Log.History != History)
                throw new DataDirectoryException($"{Layout.Log} belongs to history {recovered.Log.History}, this node to {History}. Restore the right files.");
            // Shown after a restart: what the last mark knew to be committed; at quorum 0 everything that is synced here.
            var recovery = new StateRecovery(_environment.Files, Snapshots, recovered.Log, Digests, _options.Progress);
            var state = recovery.Run(recovered.CommitIndex, showSynced: true);
            Opening = new OpeningReport(isNew, state.SnapshotIndex, state.State.Index - state.SnapshotIndex, recovered.TornTail, recovery.Damaged);
            Judge(state.Hold);
            // From now on a bit that rots in the last batch is damage, and no longer taken for a torn write.
            recovered.Log.MarkIdle(state.State.Index);
            RemoveLeftovers();
            Interlocked.Exchange(ref _commitIndex, state.State.Index);
            _published.Publish(state.State);
            Digests.Record(state.State.Index, state.State.Digest, state.State.Records);
            Volatile.Write(ref _log, new LogLease(recovered.Log, recovered.EpochsFrom(state.State.Epochs, state.State.Index)));
        }
        catch
        {
            recovered.Log.Dispose();
            throw;
        }
    }

    private void Judge(DigestHold? hold)
    {
        var (standing, move) = DigestVerdict.Of(_standing, hold is null ? DigestFinding.FilesAgree : DigestFinding.FilesDisagree, _writes);
        if (move == DigestMove.Refuse)
            throw new DataDirectoryException($"{hold!.Finding} This node must not write on. Its replicas hold at {hold.Agreed} or before; start it as a replica to read what agrees, restore a backup, or export from a replica into a new database.");
        (_standing, _hold) = (standing, hold);
    }

    // Only when it is known that this node has its data: what is refused is left as it is.
    private void RemoveLeftovers()
    {
        Snapshots.RemoveLeftovers();
        _opener.RemoveLeftovers(Layout);
    }

    private SnapshotManifest WriteSnapshot(ReadView view, CancellationToken cancellation)
    {
        try
        {
            return SnapshotWriter.Write(_environment.Files, Layout.Snapshots, History, view, cancellation, _options.ChunkBytes);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            // On a full disk the rest would keep the room that the log needs.
            Snapshots.RemoveLeftovers();
            if (failure is SnapshotRefusedException && !_writes) Doubt(view.State.Position);
            throw;
        }
    }

    private void Replace(HistoryId history, DatabaseState state)
    {
        Installation.Decide(_environment.Files, Layout);
        Installation.Finish(_environment.Files, Layout);
        var recovered = OpenLog();
        Snapshots = new SnapshotCatalogue(_environment.Files, Layout.Snapshots);
        SaveIdentity(Identity with { History = history });
        Interlocked.Exchange(ref _commitIndex, state.Index);
        Volatile.Write(ref _log, new LogLease(recovered.Log, recovered.EpochsFrom(state.Epochs, state.Index)));
        Volatile.Write(ref _withdrawn, false);
        Digests.Clear();
        Digests.Record(state.Index, state.Digest, state.Records);
    }

    private RecoveredLog OpenLog()
    {
        var recovered = LogRecovery.Open(_environment.Files, Layout.Log, Layout.Lost, _environment.SupplyFor(Layout.Log, _options.Log.SegmentBytes), _environment.Entropy);
        recovered.Log.Remember(_options.Log.RecentBytes);
        return recovered;
    }

    private void PruneLog(SegmentedLog log, FollowerNeeds needs)
    {
        // While a digest does not agree nothing is removed that may show why.
        if (Snapshots.NewestFirst.Count < SnapshotCatalogue.Kept || _standing != DigestStanding.Sound) return;
        log.PruneBefore(LogKeeping.From(log, Snapshots.NewestFirst[SnapshotCatalogue.Kept - 1], needs, _options.Log.RetainBytes, _environment.Files.FreeBytes(Layout.Log)));
    }
}
