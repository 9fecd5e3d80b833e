using System.Collections.Immutable;
using System.Text;
using Replication.Core.Log;
using Replication.Core.Payloads;
using Replication.Core.Positions;
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
    private readonly Dictionary<string, Working> _collections = new(StringComparer.Ordinal);
    private readonly HashSet<Working> _touched = [];
    private readonly DigestHistory _digests;
    private ImmutableSortedDictionary<string, Collection>.Builder _published;
    private EpochTable _epochs;

    /// <summary>Begins with a state, which itself does not change.</summary>
    /// <param name="state">Where to begin.</param>
    /// <param name="digests">Is told the digest behind each entry.</param>
    public StateBuilder(DatabaseState state, DigestHistory digests)
    {
        _digests = digests;
        _published = state.Collections.ToBuilder();
        foreach (var collection in state.Collections.Values) _collections.Add(collection.Name, new Working(collection));
        (Tail, Digest, Records) = (state.Tail, state.Digest, state.Records);
        (_epochs, Configuration) = (state.Epochs, state.Configuration);
    }

    /// <summary>The last entry applied.</summary>
    public LogTail Tail { get; private set; }

    /// <summary>Of all records and collections now.</summary>
    public StateDigest Digest { get; private set; }

    /// <summary>Records in all collections now.</summary>
    public long Records { get; private set; }

    /// <summary>Index of the last digest entry that was applied here, and so agreed; 0 when there was none.</summary>
    public long LastAgreed { get; private set; }

    /// <summary>The voters and the quorum in force now.</summary>
    public Configuration Configuration { get; private set; }

    /// <summary>The kind of a collection; null when there is none of this name.</summary>
    public CollectionKind? KindOf(string collection) =>
        _collections.TryGetValue(collection, out var working) ? working.Kind : null;

    /// <summary>A record as it is now; null when it or its collection is not there.</summary>
    public Record? Find(string collection, ReadOnlySpan<byte> key) =>
        _collections.TryGetValue(collection, out var working) ? working.Records.Find(key) : null;

    /// <summary>The position at which an entry with this index was written.</summary>
    public LogPosition PositionOf(long index) => _epochs.PositionOf(index);

    /// <summary>Applies the next entry.</summary>
    /// <param name="header">Of a frame that follows <see cref="Tail"/>.</param>
    /// <param name="payload">Its payload.</param>
    /// <exception cref="ApplyException">The entry cannot be applied, or a digest in it does not agree. The state is not usable any more.</exception>
    public void Apply(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
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
                    _epochs = _epochs.With(new EpochRow(header.Epoch, EpochStart.Read(payload).ReignId, header.Index, header.PreviousCrc));
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
    }

    /// <summary>The state as it is now; later changes do not touch it.</summary>
    public DatabaseState Freeze()
    {
        foreach (var working in _touched)
        {
            if (!_collections.TryGetValue(working.Name, out var current)) _published.Remove(working.Name);
            else if (ReferenceEquals(current, working)) _published[working.Name] = new Collection(working.Name, working.Kind, working.Records.Freeze());
        }
        _touched.Clear();
        return new DatabaseState(Tail, _published.ToImmutable(), Digest, Records, _epochs, Configuration);
    }

    /// <summary>Adds records of a collection from a snapshot, or an empty collection. Keys ascend within a collection.</summary>
    /// <exception cref="MalformedPayloadException">A record stands there twice.</exception>
    internal void Load(ChunkSection section)
    {
        if (!_collections.TryGetValue(section.Name, out var working)) working = Create(section.Name, section.Kind);
        foreach (var record in section.Records)
            if (!working.Records.TryAppend(record) && working.Records.Put(record) is not null)
                throw new MalformedPayloadException("a record stands twice in a snapshot");
        Records += section.Records.Count;
        Digest = new StateDigest(unchecked(Digest.Sum + section.Digest.Sum));
        _touched.Add(working);
    }

    /// <summary>Ends loading: the state is that of a position.</summary>
    internal void LoadEnd(in LogTail tail, EpochTable epochs, Configuration configuration) =>
        (Tail, _epochs, Configuration) = (tail, epochs, configuration);

    private void ApplyTransaction(long index, ReadOnlySpan<byte> payload)
    {
        var names = new List<string>(1);
        var reader = new TransactionReader(payload);
        while (reader.NextCollection(out var name)) names.Add(Encoding.ASCII.GetString(name));
        while (reader.NextOperation(out var operation))
        {
            if (operation.Collection >= names.Count) throw new MalformedPayloadException("an operation names no collection");
            Apply(names[operation.Collection], operation, index);
        }
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
        switch (operation.Action)
        {
            case OperationAction.Put:
                if (operation.Key.Length is 0 or > TransactionLimits.MaxKeyBytes) throw new MalformedPayloadException($"a key has {operation.Key.Length} bytes");
                Put(working, new Record(operation.Key.ToArray(), operation.Value.ToArray(), index));
                break;
            case OperationAction.Delete:
                Delete(working, operation.Key);
                break;
            case OperationAction.DropCollection:
                Drop(working);
                break;
            default:
                throw new MalformedPayloadException($"action {(int)operation.Action} is unknown to this version; start a newer one");
        }
    }

    private Working Create(string name, CollectionKind kind)
    {
        var working = new Working(name, kind);
        _collections.Add(name, working);
        _touched.Add(working);
        Digest = Digest.WithCollection(name, kind);
        return working;
    }

    private Record? Put(Working collection, Record record)
    {
        var replaced = collection.Records.Put(record);
        if (replaced is null) Records++;
        else Digest = Digest.Without(collection.NameBytes, replaced);
        Digest = Digest.With(collection.NameBytes, record);
        _touched.Add(collection);
        return replaced;
    }

    private void Delete(Working collection, ReadOnlySpan<byte> key)
    {
        if (collection.Records.Remove(key) is not { } removed) return;
        Records--;
        Digest = Digest.Without(collection.NameBytes, removed);
        _touched.Add(collection);
    }

    private void Drop(Working collection)
    {
        var cursor = collection.Records.From([]);
        while (cursor.MoveNext()) Digest = Digest.Without(collection.NameBytes, cursor.Current);
        Digest = Digest.WithoutCollection(collection.Name, collection.Kind);
        Records -= collection.Records.Count;
        _collections.Remove(collection.Name);
        _touched.Add(collection);
    }

    private void Compare(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        var logged = StateDigestEntry.Read(payload);
        if (logged.Digest != Digest || logged.Records != Records)
            throw new DigestMismatchException(header.Position, logged, new StateDigestEntry(Digest, Records));
        LastAgreed = header.Index;
    }

    /// <summary>A collection that is being changed.</summary>
    private sealed class Working
    {
        public Working(string name, CollectionKind kind)
            : this(new Collection(name, kind, OrderedIndex.Empty))
        {
        }

        public Working(Collection collection)
        {
            (Name, NameBytes, Kind) = (collection.Name, collection.NameBytes, collection.Kind);
            Records = new OrderedIndexBuilder(collection.Records);
        }

        public string Name { get; }

        public byte[] NameBytes { get; }

        public CollectionKind Kind { get; }

        public OrderedIndexBuilder Records { get; }
    }
}
