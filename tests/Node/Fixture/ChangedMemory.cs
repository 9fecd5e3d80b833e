using System.Runtime.InteropServices;
using System.Text;
using Replication.Testing;

namespace Replication.Node.Tests.Fixture;

/// <summary>Memory that does not keep what was put into it: what a bad cell, or a stray write, does to a record that is shown.</summary>
internal static class ChangedMemory
{
    /// <summary>Changes a bit of a record's value in a node's memory. Nothing notices by itself: it is the same record as before.</summary>
    public static void Flip(TestNode node, string collection, string key)
    {
        using var guard = node.Database.Enter();
        var bytes = guard.Find(collection, Encoding.UTF8.GetBytes(key)).Value;
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(bytes), bytes.Length)[^1] ^= 1;
    }
}
