using System.Runtime.InteropServices;
using System.Text;
using Replication.Testing;

namespace Replication.Cli.Tests.Fixture;

/// <summary>Memory that does not keep what was put into it: what a bad cell, or a stray write, does to a record that is shown.</summary>
internal static class ChangedMemory
{
    /// <summary>Changes a bit of a record's value in a node's memory.</summary>
    public static void FlipValue(TestNode node, string collection, string key)
    {
        using var guard = node.Database.Enter();
        Flip(guard.Find(collection, Encoding.UTF8.GetBytes(key)).Value);
    }

    /// <summary>Changes a bit of a record's key in a node's memory: it is not found any more, and another one is there.</summary>
    public static void FlipKey(TestNode node, string collection, string key)
    {
        using var guard = node.Database.Enter();
        Flip(guard.Find(collection, Encoding.UTF8.GetBytes(key)).Key);
    }

    private static void Flip(ReadOnlySpan<byte> bytes) => MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(bytes), bytes.Length)[^1] ^= 1;
}
