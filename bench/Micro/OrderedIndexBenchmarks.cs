using BenchmarkDotNet.Attributes;
using Replication.Bench.Load;
using Replication.Core.Records;
using Replication.Core.Records.Memory;

namespace Replication.Bench.Micro;

/// <summary>The tree of a million records, without a hash beside it. Writing the key is part of every figure.</summary>
[MemoryDiagnoser]
public class OrderedIndexBenchmarks
{
    private const int PutsOfVersion = 64;
    private const int Walked = 1024;

    private readonly RecordMemory _memory = new();
    private readonly byte[] _value = Dataset.Value(new Random(1)).ToArray();
    private OrderedIndexBuilder _builder = null!;
    private Places _places;
    private long _index;

    [GlobalSetup]
    public void Fill()
    {
        _builder = new OrderedIndexBuilder(_memory, default, isHashed: false);
        for (var i = 0; i < Places.Count / PutsOfVersion; i++) Put();
    }

    /// <summary>A put of a record that is there, in versions of 64 puts.</summary>
    [Benchmark(OperationsPerInvoke = PutsOfVersion)]
    public void Put()
    {
        Span<byte> key = stackalloc byte[Dataset.KeyBytes];
        for (var i = 0; i < PutsOfVersion; i++)
        {
            Dataset.WriteKey(_places.Next(), key);
            _builder.Put(key, _value, ++_index, out _);
        }
        _memory.Settle(_memory.Freeze());
        _builder.BeginVersion();
    }

    [Benchmark]
    public long Find()
    {
        Span<byte> key = stackalloc byte[Dataset.KeyBytes];
        Dataset.WriteKey(_places.Next(), key);
        return _builder.Find(key).Index;
    }

    /// <summary>A record of a walk over 1,024 from any place.</summary>
    [Benchmark(OperationsPerInvoke = Walked)]
    public long Cursor()
    {
        Span<byte> key = stackalloc byte[Dataset.KeyBytes];
        Dataset.WriteKey(_places.Next() % (Places.Count - Walked), key);
        var cursor = _builder.From(key);
        var bytes = 0L;
        for (var i = 0; i < Walked && cursor.MoveNext(); i++) bytes += cursor.Current.Value.Length;
        return bytes;
    }
}
