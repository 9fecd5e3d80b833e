using BenchmarkDotNet.Attributes;
using Replication.Bench.Load;
using Replication.Core.Records;
using Replication.Core.Records.Index;
using Replication.Core.Records.Memory;

namespace Replication.Bench.Micro;

/// <summary>The hash of a million records. Writing the key is part of every figure.</summary>
[MemoryDiagnoser]
public class HashIndexBenchmarks
{
    private const int PutsOfVersion = 64;
    private const int Prefetched = 64;
    private const double MinFound = 0.99; // the others are found in the tree: no room was left for them

    private readonly RecordMemory _memory = new();
    private readonly byte[][] _keys = [.. Enumerable.Range(0, Prefetched).Select(_ => new byte[Dataset.KeyBytes])];
    private ReadOnlyMemory<byte>[] _memories = null!;
    private OrderedIndex _index;
    private HashIndex _hash = null!;
    private Places _places;

    [GlobalSetup]
    public void Fill()
    {
        var builder = new OrderedIndexBuilder(_memory, default);
        var value = Dataset.Value(new Random(1)).Span;
        for (var i = 0; i < Places.Count || builder.IndexUpTo(long.MaxValue).Hash is not { FilledTo: null }; i++)
        {
            if (i < Places.Count) builder.Put(Dataset.KeyUtf8(_places.Next()), value, i + 1, out _);
            if (i % PutsOfVersion != 0) continue;
            _memory.Settle(_memory.Freeze());
            builder.BeginVersion();
        }
        _index = builder.IndexUpTo(long.MaxValue);
        _hash = _index.Hash!;
        var found = Enumerable.Range(0, Places.Count).Count(number => _hash.Find(Dataset.KeyUtf8(number), long.MaxValue).Exists);
        if (found < MinFound * Places.Count) throw new InvalidOperationException($"The hash holds {found} of {Places.Count} records: it would not be measured.");
        _memories = [.. _keys.Select(static key => (ReadOnlyMemory<byte>)key)];
    }

    [Benchmark]
    public bool Find()
    {
        Span<byte> key = stackalloc byte[Dataset.KeyBytes];
        Dataset.WriteKey(_places.Next(), key);
        return _hash.Find(key, long.MaxValue).Exists;
    }

    /// <summary>A find among 64 whose records were fetched into the cache together.</summary>
    [Benchmark(OperationsPerInvoke = Prefetched)]
    public int FindPrefetched()
    {
        foreach (var key in _keys) Dataset.WriteKey(_places.Next(), key);
        _index.Prefetch(_memories);
        var found = 0;
        foreach (var key in _keys)
            if (_hash.Find(key, long.MaxValue).Exists)
                found++;
        return found;
    }
}
