namespace Replication.Kit;

/// <summary>What a full disk says.</summary>
public static class FullDisk
{
    /// <summary>The number of the error on Linux, which the framework hands on as <see cref="Exception.HResult"/>.</summary>
    public const int NoSpaceLeft = 28;

    /// <summary>The error as the framework and the engine's own calls make it.</summary>
    public static IOException Error(string path) => new($"No space left on device : '{path}'", NoSpaceLeft);
}
