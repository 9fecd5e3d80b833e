using BenchmarkDotNet.Attributes;
using Replication.Bench.Load;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Transactions;

namespace Replication.Bench.Micro;

/// <summary>Applying an entry to a million records, as every node does with everything that is committed.</summary>
[MemoryDiagnoser]
public class StateBuilderBenchmarks
{
    private const int EntriesOfVersion = 64;

    private readonly StateBuilder _builder = new(DatabaseState.Empty, new DigestHistory());
    private readonly byte[][] _keys = [.. Enumerable.Range(0, EntriesOfVersion).Select(_ => new byte[Dataset.KeyBytes])];
    private byte[] _put = [];
    private int _keyAt;
    private Places _places;

    [GlobalSetup]
    public void Fill()
    {
        Apply(Payload(OperationAction.CreateBytesCollection, default, default));
        var key = Dataset.KeyUtf8(0);
        _put = Payload(OperationAction.Put, key, Dataset.Value(new Random(1)));
        _keyAt = _put.AsSpan().IndexOf(key);
        for (var i = 0; i < Places.Count / EntriesOfVersion; i++) ApplyPut();
    }

    /// <summary>The same, announced before, as a primary does.</summary>
    [Benchmark(OperationsPerInvoke = EntriesOfVersion)]
    public void AnnounceAndApplyPut()
    {
        var places = _places;
        foreach (var key in _keys)
        {
            Dataset.WriteKey(places.Next(), key);
            _builder.Announce(Dataset.Collection, key);
        }
        _builder.Fetch();
        ApplyPut();
    }

    /// <summary>An entry with one put of a record that is there, in versions of 64 entries; writing its key is part of it.</summary>
    [Benchmark(OperationsPerInvoke = EntriesOfVersion)]
    public void ApplyPut()
    {
        for (var i = 0; i < EntriesOfVersion; i++)
        {
            Dataset.WriteKey(_places.Next(), _put.AsSpan(_keyAt, Dataset.KeyBytes));
            Apply(_put);
        }
        var state = _builder.Freeze();
        state.Memory!.Settle(state.Version);
    }

    private void Apply(byte[] payload) => _builder.Apply(
        new FrameHeader(FrameHeader.Size + payload.Length, Crc: 0, PreviousCrc: 0, _builder.Tail.Index + 1, new Epoch(1), EntryKind.Transaction, Flags: 0, TimestampMicros: 0), payload);

    private static byte[] Payload(OperationAction action, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        var encoder = new TransactionEncoder();
        encoder.Restart(default);
        encoder.Add(action, Dataset.Collection, key, value);
        var payload = new byte[encoder.Size()];
        encoder.Write(payload);
        return payload;
    }
}
