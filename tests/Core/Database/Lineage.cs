using System.Collections.Immutable;
using System.Text;
using Replication.Core.Log;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.Database;

/// <summary>What one transaction of a script does: values for keys, or null to delete one. All are in one collection.</summary>
internal sealed record Changes(params (string Key, string? Value)[] Records)
{
    public const string Collection = "c";
}

/// <summary>
/// Every entry that a primary decided, and what the database holds behind each by a model that shares no code with it: a
/// dictionary from keys to values and the entries that wrote them.
/// </summary>
internal sealed class Lineage
{
    private readonly List<byte[]> _frames = [];
    private readonly List<ImmutableSortedDictionary<string, (string Value, long Index)>> _models =
        [ImmutableSortedDictionary.Create<string, (string, long)>(StringComparer.Ordinal)];

    /// <summary>Randomness of all nodes of one script: none draws what another drew.</summary>
    public SequentialEntropy Entropy { get; private init; } = new();

    /// <summary>First index first.</summary>
    public IReadOnlyList<byte[]> Frames => _frames;

    /// <summary>Index of the last entry that was decided.</summary>
    public long End => _frames.Count;

    /// <summary>The same entries up to an index; what is decided from now on is not shared.</summary>
    public Lineage UpTo(long index)
    {
        var branch = new Lineage { Entropy = Entropy };
        branch._frames.AddRange(_frames.Take((int)index));
        branch._models.AddRange(_models.Take((int)index + 1).Skip(1));
        return branch;
    }

    /// <summary>A batch was decided; it may or may not come to the disk.</summary>
    public void Decided(LogBatch batch, Queue<Changes> transactions)
    {
        foreach (var frame in TestLog.Split(new FrameRun(batch.First.Index, batch.After.Index, batch.Frames)))
        {
            _frames.Add(frame);
            var model = _models[^1];
            if (FrameHeader.Read(frame).Kind == EntryKind.Transaction)
                foreach (var (key, value) in transactions.Dequeue().Records)
                    model = value is null ? model.Remove(key) : model.SetItem(key, (value, End));
            _models.Add(model);
        }
    }

    /// <summary>The database holds what the entries up to its index made, its log those entries, and both are whole.</summary>
    public void AssertHeldBy(Core.Database.LocalDatabase database)
    {
        var state = database.State;
        var found = new List<string>();
        foreach (var collection in state.Collections.Values)
            for (var cursor = collection.Records.From([]); cursor.MoveNext();)
                found.Add(Line(Encoding.UTF8.GetString(cursor.Current.Key), Encoding.UTF8.GetString(cursor.Current.Value), cursor.Current.Index));
        Assert.Equal(_models[(int)state.Index].Select(record => Line(record.Key, record.Value.Value, record.Value.Index)), found);
        Assert.Equal((StateFacts.DigestOf(state), (long)found.Count), (state.Digest, state.Records));
        if (database.Log is not { } lease) return;
        Assert.Equal(state.Tail, lease.Log.Durable);
        Assert.Equal(_frames.Take((int)state.Index).Skip((int)lease.Log.FirstIndex - 1), TestLog.ReadAll(lease.Log));
        Assert.Equal<Core.Positions.EpochRow>(state.Epochs.Rows, lease.Epochs.Rows);
    }

    private static string Line(string key, string value, long index) => $"{key} = {value} @ {index}";
}
