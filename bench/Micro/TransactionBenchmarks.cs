using BenchmarkDotNet.Attributes;
using Replication.Bench.Load;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Transactions;

namespace Replication.Bench.Micro;

/// <summary>What is done to a transaction before it is applied, and to its entry on every node behind.</summary>
[MemoryDiagnoser]
public class TransactionBenchmarks
{
    private readonly TransactionCheck _check = new(TransactionLimits.Default);
    private readonly TransactionEncoder _encoder = new();
    private DatabaseState _state = DatabaseState.Empty;
    private Transaction _transaction = null!;
    private byte[] _frame = [];

    /// <summary>Puts in the transaction.</summary>
    [Params(1, 200)]
    public int Puts { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        var random = new Random(1);
        var builder = new StateBuilder(DatabaseState.Empty, new DigestHistory());
        _transaction = new Transaction([Operation.Create(Dataset.Collection, CollectionKind.Bytes)]);
        Encode();
        builder.Apply(FrameHeader.Read(_frame), _frame.AsSpan(FrameHeader.Size));
        _state = builder.Freeze();
        _transaction = new Transaction([.. Enumerable.Range(0, Puts).Select(number => Operation.Put(Dataset.Collection, Dataset.KeyUtf8(number), Dataset.Value(random)))]);
        _frame = [];
        Encode();
    }

    [Benchmark]
    public bool Check() => _check.Check(_transaction, _state, out _) is not null;

    /// <summary>Into a whole frame, its crc included.</summary>
    [Benchmark]
    public uint Encode()
    {
        _encoder.Restart(default);
        for (var i = 0; i < _transaction.Operations.Count; i++)
        {
            var operation = _transaction.Operations[i];
            _encoder.Add(operation.Action, operation.Collection, operation.Key, operation.Value);
        }
        var size = FrameHeader.Size + _encoder.Size();
        if (_frame.Length != size) _frame = new byte[size];
        _encoder.Write(_frame.AsSpan(FrameHeader.Size));
        return FrameHeader.Seal(_frame, LogTail.Start, new Epoch(1), EntryKind.Transaction, timestampMicros: 1).Crc;
    }

    /// <summary>From a whole frame, its crc compared.</summary>
    [Benchmark]
    public long Decode()
    {
        var header = FrameHeader.Read(_frame);
        if (FrameHeader.ComputeCrc(_frame) != header.Crc) throw new InvalidOperationException("The frame is damaged.");
        var reader = new TransactionReader(_frame.AsSpan(FrameHeader.Size));
        while (reader.NextCollection(out _)) continue;
        var bytes = 0L;
        while (reader.NextOperation(out var operation)) bytes += operation.Key.Length + operation.Value.Length;
        return bytes;
    }
}
