namespace Replication.Core.IO;

/// <summary>How this process treats memory that it maps itself.</summary>
internal static class MappedMemory
{
    private const string PoisonSwitch = "Replication.Core.PoisonFreedMemory";

    /// <summary>Whether freed blocks are overwritten, so that whoever still reads one is found out. Set in tests.</summary>
    public static bool PoisonsFreed { get; } = AppContext.TryGetSwitch(PoisonSwitch, out var poisons) && poisons;
}
