using System.Runtime.InteropServices;
using System.Text;
using Replication.Testing;

namespace Replication.Cli.Tests.Fixture;

/// <summary>Memory that does not keep what was put into it: what a bad cell, or a stray write, does to a record that is shown.</summary>
internal static class ChangedMemory
{
    /// <summary>Changes a bit of a record's value in a node's memory.</summary>
    public static void FlipValue(TestNode node, string collection, string key) => Flip(Find(node, collection, key).ValueMemory);

    /// <summary>Changes a bit of a record's key in a node's memory: it is not found any more, and another one is there.</summary>
    public static void FlipKey(TestNode node, string collection, string key) => Flip(Find(node, collection, key).KeyMemory);

    private static Core.Records.Record Find(TestNode node, string collection, string key) =>
        node.Database.State.Collections[collection].Records.Find(Encoding.UTF8.GetBytes(key)) ?? throw new KeyNotFoundException(key);

    private static void Flip(ReadOnlyMemory<byte> memory)
    {
        Assert.True(MemoryMarshal.TryGetArray(memory, out var bytes));
        bytes.Array![bytes.Offset + bytes.Count - 1] ^= 1;
    }
}
