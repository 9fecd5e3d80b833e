using System.Collections.Immutable;
using Replication.Core.Indexes;
using Replication.Core.Records;
using Replication.Core.Transactions;

namespace Replication.Core.Tests.Model;

/// <summary>What a transaction does to the model, and everything that speaks against it.</summary>
internal sealed class ModelTransaction
{
    private readonly ModelState _before;
    private readonly DatabaseState _shown;
    private readonly Dictionary<string, Working?> _working = new(StringComparer.Ordinal);
    private readonly HashSet<string> _dropped = new(StringComparer.Ordinal);
    private readonly HashSet<(string Collection, string Index)> _changedIndexes = [];
    private readonly Dictionary<string, List<string>> _written = new(StringComparer.Ordinal); // keys, by the collections that were there before

    public ModelTransaction(ModelState before, IReadOnlyList<Change> changes, DatabaseState shown)
    {
        (_before, _shown) = (before, shown);
        foreach (var change in changes) Require(change);
        foreach (var change in changes) Take(change);
        foreach (var (collection, keys) in _written.Where(written => !_dropped.Contains(written.Key))) RequireUnique(collection, keys);
    }

    /// <summary>Why it is to be rejected; empty when it is to be accepted.</summary>
    public HashSet<RejectionReason> Objections { get; } = [];

    /// <summary>The entry that it makes.</summary>
    public ModelEntry Entry { get; } = new();

    /// <summary>What it leaves behind.</summary>
    public ModelState After
    {
        get
        {
            var collections = _before.Collections;
            foreach (var (name, working) in _working) collections = working is null ? collections.Remove(name) : collections.SetItem(name, working.Freeze());
            return _before with { Collections = collections };
        }
    }

    // Against what was there before the whole transaction.
    private void Require(Change change)
    {
        var collection = _before.Collections.GetValueOrDefault(change.Collection);
        var record = change.IsOfRecord ? collection?.Records.GetValueOrDefault(change.Key) : null;
        var exists = change.IsOfRecord ? record is not null : collection is not null;
        var holds = change.Condition switch
        {
            PreconditionKind.Absent => !exists,
            PreconditionKind.Present => exists,
            PreconditionKind.UnchangedSince => record is not null && record.Entry.Index <= change.Since(_shown).Index,
            _ => true,
        };
        if (!holds) Objections.Add(RejectionReason.PreconditionFailed);
    }

    private void Take(Change change)
    {
        var working = Now(change.Collection);
        switch (change.Action)
        {
            case OperationAction.Put:
                if (working is null) _working[change.Collection] = working = new Working(new ModelCollection(CollectionKind.Json));
                if (working.Collection.Kind == CollectionKind.Json && !change.Document!.IsJson) Objections.Add(RejectionReason.InvalidJson);
                Written(change);
                working.Records[change.Key] = new ModelRecord(change.Document!, Entry);
                break;
            case OperationAction.CreateJsonCollection or OperationAction.CreateBytesCollection:
                if (working is not null) Objections.Add(RejectionReason.CollectionExists);
                _working[change.Collection] = new Working(new ModelCollection(change.Action == OperationAction.CreateJsonCollection ? CollectionKind.Json : CollectionKind.Bytes));
                break;
            case var _ when working is null:
                Objections.Add(RejectionReason.UnknownCollection);
                break;
            case OperationAction.Delete:
                Written(change);
                working.Records.Remove(change.Key);
                break;
            case OperationAction.DropCollection:
                _working[change.Collection] = null;
                _dropped.Add(change.Collection);
                break;
            default:
                TakeIndex(change, working);
                break;
        }
    }

    private void TakeIndex(Change change, Working working)
    {
        _changedIndexes.Add((change.Collection, change.Index));
        if (change.Action == OperationAction.DropIndex)
        {
            if (!working.Indexes.Remove(change.Index)) Objections.Add(RejectionReason.UnknownIndex);
            return;
        }
        if (working.Collection.Kind == CollectionKind.Bytes) Objections.Add(RejectionReason.InvalidArgument);
        else if (!working.Indexes.TryAdd(change.Index, new ModelIndex(change.Path, change.IsUnique))) Objections.Add(RejectionReason.IndexExists);
    }

    private Working? Now(string name)
    {
        if (!_working.TryGetValue(name, out var working) && _before.Collections.TryGetValue(name, out var collection)) _working[name] = working = new Working(collection);
        return working;
    }

    private void Written(Change change)
    {
        if (!_before.Collections.TryGetValue(change.Collection, out var collection) || collection.Indexes.IsEmpty) return;
        if (!_written.TryGetValue(change.Collection, out var keys)) _written[change.Collection] = keys = [];
        keys.Add(change.Key);
    }

    // No value twice among the records that it writes, as it leaves them, and those that the index holds already.
    private void RequireUnique(string collection, List<string> keys)
    {
        var before = _before.Collections[collection];
        var written = keys.ToHashSet(StringComparer.Ordinal);
        foreach (var (name, index) in before.Indexes)
        {
            if (!index.IsUnique || index.Phase == IndexPhase.Failed || _changedIndexes.Contains((collection, name))) continue;
            var values = before.Records.Where(record => index.Covers(record.Key) && !written.Contains(record.Key)).SelectMany(record => record.Value.Document.At(index.Path)).ToHashSet();
            foreach (var key in written)
                if (_working[collection]!.Records.TryGetValue(key, out var record) && record.Document.At(index.Path).Any(value => !values.Add(value)))
                    Objections.Add(RejectionReason.UniqueViolation);
        }
    }

    /// <summary>A collection that is being changed.</summary>
    private sealed class Working(ModelCollection collection)
    {
        public ModelCollection Collection => collection;

        public ImmutableSortedDictionary<string, ModelRecord>.Builder Records { get; } = collection.Records.ToBuilder();

        public ImmutableSortedDictionary<string, ModelIndex>.Builder Indexes { get; } = collection.Indexes.ToBuilder();

        public ModelCollection Freeze() => collection with { Records = Records.ToImmutable(), Indexes = Indexes.ToImmutable() };
    }
}
