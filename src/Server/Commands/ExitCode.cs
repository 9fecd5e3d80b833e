namespace Replication.Server.Commands;

/// <summary>What the process says when it ends.</summary>
internal static class ExitCode
{
    /// <summary>It did what it was asked for.</summary>
    public const int Success = 0;

    /// <summary>A check came out negative.</summary>
    public const int Negative = 1;

    /// <summary>Wrong usage.</summary>
    public const int Usage = 2;

    /// <summary>It cannot start now, and can once something outside has changed: the disk is full.</summary>
    public const int TryLater = 75;

    /// <summary>The configuration, the data directory or an address cannot be used; starting again changes nothing.</summary>
    public const int Configuration = 78;
}
