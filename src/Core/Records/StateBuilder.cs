using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using Replication.Core.IO;
using Replication.Core.Indexes;
using Replication.Core.Log;
using Replication.Core.Payloads;
using Replication.Core.Positions;
using Replication.Core.Records.Index;
using Replication.Core.Records.Memory;
using Replication.Core.Reigns;
using Replication.Core.Snapshots;
using Replication.Core.Transactions;

namespace Replication.Core.Records;

/// <summary>
/// Applies entries: the one path by which live commits, recovery, bootstrap and following change memory.
/// For one thread; what it publishes with <see cref="Freeze"/> is for everybody.
/// </summary>
public sealed class StateBuilder
{
    // Entries between two points behind which a replay does not go back.
    private const int ReplayStep = 4096;

    // Between the names of a collection and of its index; in no name.
    private const char IndexMark = '#';

    private readonly Dictionary<string, WorkingCollection> _collections = new(StringComparer.Ordinal);
    private readonly HashSet<WorkingCollection> _touched = [];
    private readonly HashSet<WorkingCollection> _indexed = [];
    private readonly DigestHistory _digests;
    private readonly KnownNames _known = new();
    private readonly List<string> _names = []; // of the transaction being applied
    private readonly KeyPrefetch _prefetch = new();
    private readonly RecordSum _sum = new(); // of changes in the collection that was changed last
    private WorkingCollection? _summed;
    private readonly RecordMemory _memory;
    private readonly Compaction _compaction;
    private readonly bool _replays;
    private int _changes; // since the last version
    private ImmutableSortedDictionary<string, Collection>.Builder _published;
    private EpochTable _epochs;

    /// <summary>Begins with a state, which itself does not change. What another builder made behind it is undone.</summary>
    /// <param name="state">Where to begin: the newest one that was published, or newer.</param>
    /// <param name="digests">Is told the digest behind each entry.</param>
    /// <exception cref="InvalidOperationException">A newer state of its line was published.</exception>
    public StateBuilder(DatabaseState state, DigestHistory digests)
        : this(state, digests, replays: false)
    {
    }

    private StateBuilder(DatabaseState state, DigestHistory digests, bool replays)
    {
        _digests = digests;
        _replays = replays;
        _memory = state.Memory ?? new RecordMemory();
        _compaction = new Compaction(_memory, TreeNames, TouchedTree);
        _memory.BeginWriting(this, state.Version);
        _published = state.Collections.ToBuilder();
        foreach (var collection in state.Collections.Values)
        {
            var working = new WorkingCollection(collection, _memory);
            _collections.Add(collection.Name, working);
            if (!working.Indexes.IsEmpty) _indexed.Add(working);
        }
        (Tail, Digest, Records) = (state.Tail, state.Digest, state.Records);
        (_epochs, Configuration) = (state.Epochs, state.Configuration);
        Requests = new RequestMemoryBuilder(state.Requests);
    }

    /// <summary>
    /// Begins with a state that nobody else uses, to build another one from it: memory is used again on the way, so that the
    /// first state, and what a failed attempt leaves, is of no use any more.
    /// </summary>
    public static StateBuilder Replaying(DatabaseState state, DigestHistory digests) => new(state, digests, replays: true);

    /// <summary>The last entry applied.</summary>
    public LogTail Tail { get; private set; }

    /// <summary>Of all records, collections and remembered requests now.</summary>
    public StateDigest Digest { get; private set; }

    /// <summary>Records in all collections now.</summary>
    public long Records { get; private set; }

    /// <summary>Index of the last digest entry that was applied here, and so agreed; 0 when there was none.</summary>
    public long LastAgreed { get; private set; }

    /// <summary>The voters and the quorum in force now.</summary>
    public Configuration Configuration { get; private set; }

    /// <summary>Bytes of memory that records and indexes take, what older states need included.</summary>
    public long UsedBytes => _memory.UsedBytes;

    /// <summary>Every reign up to here.</summary>
    internal EpochTable Epochs => _epochs;

    /// <summary>The requests that are remembered now.</summary>
    internal RequestMemoryBuilder Requests { get; }

    /// <summary>The kind of a collection; null when there is none of this name.</summary>
    public CollectionKind? KindOf(string collection) =>
        _collections.TryGetValue(collection, out var working) ? working.Kind : null;

    /// <summary>A record as it is now; none when it or its collection is not there. Readable until the next <see cref="Freeze"/>.</summary>
    public Record Find(string collection, ReadOnlySpan<byte> key) =>
        _collections.TryGetValue(collection, out var working) ? working.Records.Find(key) : default;

    /// <summary>Announces that a key will soon be put or removed: see <see cref="KeyPrefetch"/>, which fetches with <see cref="Fetch"/>.</summary>
    internal void Announce(string collection, ReadOnlyMemory<byte> key)
    {
        if (_collections.TryGetValue(collection, out var working)) _prefetch.Add(working.Records, key);
    }

    /// <summary>Fetches what was announced into the cache.</summary>
    internal void Fetch() => _prefetch.Fetch();

    /// <summary>Whether any collection has an index.</summary>
    internal bool HasIndexes => _indexed.Count > 0;

    /// <summary>The indexes of a collection; null when there is none of this name.</summary>
    internal CollectionIndexes? IndexesOf(string collection) => _collections.GetValueOrDefault(collection)?.Indexes;

    /// <summary>The next step of an index that is being built, and the collection; null when none is.</summary>
    /// <param name="most">Records in the step at most.</param>
    internal (string Collection, byte[] UpTo, IndexStep Step)? NextIndexStep(int most)
    {
        foreach (var working in _indexed)
            if (IndexBuilding.Next(working.Indexes, working.Records, most) is var (upTo, step))
                return (working.Name, upTo, step);
        return null;
    }

    /// <summary>The position at which an entry with this index was written.</summary>
    public LogPosition PositionOf(long index) => _epochs.PositionOf(index);

    /// <summary>Applies the next entry.</summary>
    /// <param name="header">Of a frame that follows <see cref="Tail"/>.</param>
    /// <param name="payload">Its payload.</param>
    /// <exception cref="ApplyException">The entry cannot be applied, or a digest in it does not agree. The state is not usable any more.</exception>
    public void Apply(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (!ReferenceEquals(_memory.Writer, this)) throw new InvalidOperationException("Another builder has begun to write to this memory; this one is over.");
        if (header.Index != Tail.Index + 1)
            throw new ApplyException(header.Position, $"it does not follow entry {Tail.Index}");
        try
        {
            switch (header.Kind)
            {
                case EntryKind.Transaction:
                    ApplyTransaction(header.Index, payload);
                    break;
                case EntryKind.EpochStart:
                    var start = EpochStart.Read(payload);
                    _epochs = _epochs.With(new EpochRow(header.Epoch, start.ReignId, header.Index, header.PreviousCrc));
                    Digest = Requests.Resize(Digest, start.RequestsRemembered);
                    break;
                case EntryKind.Configuration:
                    Configuration = Configuration.Read(payload);
                    break;
                case EntryKind.StateDigest:
                    Compare(header, payload);
                    break;
                default:
                    if (!EntryKinds.CanRead(header.Kind)) throw new ApplyException(header.Position, $"its kind {(ushort)header.Kind} is unknown to this version; start a newer one");
                    break;
            }
        }
        catch (Exception malformed) when (malformed is MalformedPayloadException or ArgumentException)
        {
            throw new ApplyException(header.Position, malformed.Message);
        }
        Tail = LogTail.Behind(header);
        _digests.Record(header.Index, Digest, Records);
        if (header.Kind == EntryKind.StateDigest && _digests.States.IsKeeping) _digests.States.Offer(Freeze());
        if (_replays && header.Index % ReplayStep == 0) LeaveBehind();
    }

    /// <summary>The state as it is now; later changes do not touch it.</summary>
    public DatabaseState Freeze()
    {
        Compact();
        foreach (var working in _touched)
        {
            if (!_collections.TryGetValue(working.Name, out var current)) _published.Remove(working.Name);
            else if (ReferenceEquals(current, working)) _published[working.Name] = new Collection(working.Name, working.NameBytes, working.Kind, working.Records.IndexUpTo(Tail.Index), working.Digest, working.Indexes.Freeze());
        }
        _touched.Clear();
        return new DatabaseState(Tail, _published.ToImmutable(), Digest, Records, _epochs, Configuration, _memory, EndVersion()) { Requests = Requests.Freeze() };
    }

    /// <summary>Adds records of a collection from a snapshot, or an empty collection. Keys ascend within a collection.</summary>
    /// <exception cref="MalformedPayloadException">A record stands there twice.</exception>
    [MethodImpl(Jit.AtOnce)]
    internal void Load(ChunkSection section)
    {
        if (!_collections.TryGetValue(section.Name, out var working))
        {
            working = Create(section.Name, section.Kind);
            working.Records.BeginLoad();
        }
        foreach (var at in section.Records)
        {
            var key = section.KeyOf(at);
            var value = section.ValueOf(at);
            if (working.Records.TryAppend(key, value, at.Index)) continue;
            working.Records.Put(key, value, at.Index, out var other);
            if (other.Exists) throw new MalformedPayloadException("a record stands twice in a snapshot");
        }
        Records += section.Records.Length;
        Add(working, section.Digest);
        foreach (var index in section.Indexes) Load(working, index);
        _touched.Add(working);
        LeaveBehind();
    }

    /// <summary>Adds requests from a snapshot.</summary>
    internal void Load(RequestSection section) => Digest = section.AddTo(Requests, Digest);

    /// <summary>Ends loading: the state is that of a position. Indexes are made from the records.</summary>
    internal void LoadEnd(in LogTail tail, EpochTable epochs, Configuration configuration)
    {
        (Tail, _epochs, Configuration) = (tail, epochs, configuration);
        foreach (var working in _collections.Values) working.Records.EndLoad();
        foreach (var working in _indexed) working.Indexes.Rebuild(working.Records, LeaveBehind);
    }

    private void ApplyTransaction(long index, ReadOnlySpan<byte> payload)
    {
        _names.Clear();
        var reader = new TransactionReader(payload);
        while (reader.NextCollection(out var name)) _names.Add(_known.Of(name));
        if (reader.RequestId.Length > TransactionLimits.MaxRequestIdBytes) throw new MalformedPayloadException($"a request id has {reader.RequestId.Length} bytes");
        if (!reader.RequestId.IsEmpty) Digest = Requests.Remember(Digest, reader.RequestId, index);
        while (reader.NextOperation(out var operation))
        {
            if (operation.Collection >= _names.Count) throw new MalformedPayloadException("an operation names no collection");
            Apply(_names[operation.Collection], operation, index);
        }
        AddSum();
    }

    private void Apply(string name, in LoggedOperation operation, long index)
    {
        if (operation.Action is OperationAction.CreateJsonCollection or OperationAction.CreateBytesCollection)
        {
            if (!CollectionName.IsValid(name) || _collections.ContainsKey(name)) throw new MalformedPayloadException($"collection '{name}' cannot be created");
            Create(name, operation.Action == OperationAction.CreateJsonCollection ? CollectionKind.Json : CollectionKind.Bytes);
            return;
        }
        if (!_collections.TryGetValue(name, out var working)) throw new MalformedPayloadException($"there is no collection '{name}'");
        if (operation.Action is not (OperationAction.Put or OperationAction.Delete) || working != _summed) AddSum();
        _summed = working;
        switch (operation.Action)
        {
            case OperationAction.Put:
                if (operation.Key.Length is 0 or > TransactionLimits.MaxKeyBytes) throw new MalformedPayloadException($"a key has {operation.Key.Length} bytes");
                Put(working, operation.Key, operation.Value, index);
                break;
            case OperationAction.Delete:
                Delete(working, operation.Key);
                break;
            case OperationAction.DropCollection:
                Drop(working);
                break;
            case OperationAction.CreateIndex or OperationAction.DropIndex or OperationAction.BuildIndex:
                ApplyToIndex(working, operation, index);
                break;
            default:
                throw new MalformedPayloadException($"action {(int)operation.Action} is unknown to this version; start a newer one");
        }
    }

    private WorkingCollection Create(string name, CollectionKind kind)
    {
        var working = new WorkingCollection(new Collection(name, Encoding.ASCII.GetBytes(name), kind, default, StateDigest.Empty, []), _memory);
        _collections.Add(name, working);
        _touched.Add(working);
        Digest = Digest.WithCollection(name, kind);
        return working;
    }

    private void Put(WorkingCollection collection, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long index)
    {
        var record = collection.Records.Put(key, value, index, out var replaced);
        _sum.Add(collection.NameBytes, record);
        if (replaced.Exists) _sum.Remove(collection.NameBytes, replaced);
        else Records++;
        collection.Indexes.Change(key, replaced.Exists ? replaced.Value : [], value, index);
        _touched.Add(collection);
        _changes++;
    }

    private void Delete(WorkingCollection collection, ReadOnlySpan<byte> key)
    {
        var removed = collection.Records.Remove(key);
        if (!removed.Exists) return;
        Records--;
        _sum.Remove(collection.NameBytes, removed);
        collection.Indexes.Change(key, removed.Value, [], Tail.Index + 1);
        _touched.Add(collection);
        _changes++;
    }

    private void AddSum()
    {
        if (_summed is not null) Add(_summed, _sum.Take());
        _summed = null;
    }

    private void Add(WorkingCollection collection, StateDigest change)
    {
        Digest = Digest.Plus(change);
        collection.Digest = collection.Digest.Plus(change);
    }

    private void Drop(WorkingCollection collection)
    {
        Digest = collection.Indexes.Drop(Digest.Minus(collection.Digest), collection.NameBytes).WithoutCollection(collection.Name, collection.Kind);
        _indexed.Remove(collection);
        Records -= collection.Records.Count;
        collection.Records.Clear();
        _collections.Remove(collection.Name);
        _touched.Add(collection);
    }

    private void ApplyToIndex(WorkingCollection collection, in LoggedOperation operation, long index)
    {
        if (collection.Kind != CollectionKind.Json) throw new MalformedPayloadException($"collection '{collection.Name}' holds bytes and cannot have an index");
        var digest = Digest;
        collection.Indexes.Apply(operation, index, collection.Records, collection.NameBytes, ref digest);
        Changed(collection, digest);
    }

    private void Load(WorkingCollection collection, IndexState index)
    {
        var digest = Digest;
        collection.Indexes.Add(index, collection.NameBytes, ref digest);
        Changed(collection, digest);
    }

    private void Changed(WorkingCollection collection, StateDigest digest)
    {
        Digest = digest;
        if (collection.Indexes.IsEmpty) _indexed.Remove(collection);
        else _indexed.Add(collection);
        _touched.Add(collection);
    }

    private void Compare(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        var logged = StateDigestEntry.Read(payload);
        if (logged.Digest != Digest || logged.Records != Records)
            throw new DigestMismatchException(header.Position, logged, new StateDigestEntry(Digest, Records));
        LastAgreed = header.Index;
    }

    private void Compact()
    {
        _compaction.Step(_changes);
        _changes = 0;
    }

    // The records of each collection, and then the entries of its indexes.
    private IEnumerable<string> TreeNames() =>
        _collections.Values.SelectMany(working => working.Indexes.All.Select(index => $"{working.Name}{IndexMark}{index.Definition.Name}").Prepend(working.Name));

    private OrderedIndexBuilder? TouchedTree(string name)
    {
        var mark = name.IndexOf(IndexMark, StringComparison.Ordinal);
        if (!_collections.TryGetValue(mark < 0 ? name : name[..mark], out var working)) return null;
        _touched.Add(working);
        return mark < 0 ? working.Records : working.Indexes.Find(name[(mark + 1)..])?.Tree;
    }

    private long EndVersion()
    {
        var version = _memory.Freeze();
        foreach (var working in _collections.Values)
        {
            working.Records.BeginVersion();
            working.Indexes.BeginVersion();
        }
        return version;
    }

    private void LeaveBehind()
    {
        Compact();
        _memory.Settle(EndVersion());
    }
}
