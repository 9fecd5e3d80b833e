namespace Replication.Core.Database;

/// <summary>A data directory cannot be used as it is. Nothing in it was changed; the message says what to do.</summary>
public sealed class DataDirectoryException : IOException
{
    /// <summary>Makes the error.</summary>
    public DataDirectoryException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the error with its cause.</summary>
    public DataDirectoryException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
